"""`keyturn azure new-token`: its parameter sets, and what it prints."""
