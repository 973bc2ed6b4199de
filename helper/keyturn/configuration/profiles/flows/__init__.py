"""The ways to a token that a profile can name, each with the keys that it alone has."""
