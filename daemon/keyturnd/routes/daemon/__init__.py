"""The daemon itself, and how its profiles stand."""
