"""The end of tokens: at a logout, and where an answer never came."""
