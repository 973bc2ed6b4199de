"""Other hosts' credentials, kept for git as its own credential helpers keep them."""
