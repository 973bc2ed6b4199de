"""What git asks: tokens of targets, and what is kept for other hosts."""
