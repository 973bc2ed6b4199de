"""What README and guides show, read as a reader would: their blocks, and a machine on which they are followed."""
