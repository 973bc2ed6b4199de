"""The token endpoint and its grants."""
