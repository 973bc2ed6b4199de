"""`keyturn login`: signing in, and what is seen of it meanwhile."""
