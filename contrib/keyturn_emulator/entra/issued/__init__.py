"""Codes and refresh tokens that are out, and what each is bound to."""
