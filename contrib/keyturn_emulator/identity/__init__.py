"""Managed identity: the endpoints that a program finds beside it on Azure, each with its own dialect."""
