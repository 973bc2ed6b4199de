"""The helper in all its implementations: compiled, run on the vectors, against a daemon that follows a script."""
