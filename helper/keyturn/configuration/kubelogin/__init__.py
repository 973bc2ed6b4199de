"""Whose tokens callers of the kubelogin stand-in get."""

PREFIX = "kubelogin:"
"""How the names of these identities begin: no profile of the configuration can be called so."""
