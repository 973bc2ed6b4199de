"""A Kubernetes API server as kubectl meets it at AKS with Entra ID: discovery, namespaces, and who one is."""
