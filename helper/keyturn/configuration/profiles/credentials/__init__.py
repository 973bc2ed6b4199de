"""What an application proves itself with beside or in place of a secret, as a profile names it."""
