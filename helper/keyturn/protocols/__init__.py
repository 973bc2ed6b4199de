"""The protocols of the tools keyturn serves: pure functions, bytes in, bytes out, standard library alone."""
