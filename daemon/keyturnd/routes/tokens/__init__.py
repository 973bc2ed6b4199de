"""Tokens as such, of a profile or of an identity that is in no configuration."""
