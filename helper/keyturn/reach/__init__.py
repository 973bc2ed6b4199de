"""The way to the daemon: its socket, its start, its answers. Few and cheap imports: every cold call pays for them."""
