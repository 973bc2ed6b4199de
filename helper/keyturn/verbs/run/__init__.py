"""`keyturn run`."""
