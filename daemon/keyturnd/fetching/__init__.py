"""How a token is fetched: what is wanted, entrusted secrets, starting and watching acquisitions."""
