"""The keyturn daemon: the only holder of secrets, and never on the network."""
