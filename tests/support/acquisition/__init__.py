"""The acquisition process: the daemon's side of its channel, and a provider that says what a test tells it to."""
