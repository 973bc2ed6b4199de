"""`keyturn status`: how the daemon and all profiles are, at one look."""
