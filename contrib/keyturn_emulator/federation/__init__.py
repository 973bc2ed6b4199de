"""Other issuers that Entra trusts (a cluster, GitHub Actions, Azure Pipelines), and how jobs ask them."""
