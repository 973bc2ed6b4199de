"""Tokens as their bearers present them: signed, on record, and read from a request."""
