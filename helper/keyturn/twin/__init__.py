"""The native helper's twin in Python, one module per family."""
