"""Who there is, and which tokens and applications are out."""
