"""The keyturn command, one module per verb."""
