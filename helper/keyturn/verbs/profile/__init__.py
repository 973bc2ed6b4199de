"""`keyturn profile`: what config.toml says of who signs in, and changing it."""
