"""`[targets.*]`: for what. Which profile and audience a git URL, a registry or a cluster gets."""
