"""A machine for one test, and the processes and terminals on it."""
