"""Whose tokens callers of the kubelogin stand-in get."""
