"""The daemon in parts: its socket by hand, its broker with clocks that a test turns."""
