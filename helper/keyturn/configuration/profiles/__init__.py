"""`[profile.NAME]`: who signs in, and where."""
