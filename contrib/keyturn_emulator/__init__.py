"""Strict stand-ins on loopback for the services keyturn talks to, for the demo and the tests."""
