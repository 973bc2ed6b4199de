"""What the daemon and an acquisition process say to each other."""
