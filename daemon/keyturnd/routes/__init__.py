"""What the socket offers, one module per subject. A route is thin: read the request, ask the broker, answer."""
