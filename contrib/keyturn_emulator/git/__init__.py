"""git over smart HTTP as Azure Repos serves it: `git http-backend` behind a check of the token."""
