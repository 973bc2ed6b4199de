"""The endpoints beside the token endpoint."""
