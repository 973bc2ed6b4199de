"""`keyturn git`: what is kept for hosts without a target."""
