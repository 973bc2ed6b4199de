"""keyturn's distributions, and the ways in which people install them."""
