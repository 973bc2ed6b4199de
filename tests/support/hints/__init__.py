"""How to get where keyturn prints each hint: the rows of tests/integration/test_hints.py."""
