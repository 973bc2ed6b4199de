"""`keyturn init`: from a URL to the first answer, without a file written by hand."""
