"""Managed identity: the endpoints beside a program on Azure, each with a dialect of its own."""
