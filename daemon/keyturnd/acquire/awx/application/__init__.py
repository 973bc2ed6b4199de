"""Tokens of an application: pairs from the token endpoint, renewed by their refresh tokens."""
