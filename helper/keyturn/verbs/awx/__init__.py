"""`keyturn awx`."""
