"""The stand-in for Azure's kubelogin: what it does beside get-token, which is a family of the helper."""
