"""`keyturn log`: what the daemon wrote, and what it goes on writing."""
