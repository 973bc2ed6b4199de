"""`keyturn doctor`: what could be wrong, looked at one after the other."""
