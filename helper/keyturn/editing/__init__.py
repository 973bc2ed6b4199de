"""Files of the user's that keyturn changes: whole or not at all, and with what stands there beside."""
