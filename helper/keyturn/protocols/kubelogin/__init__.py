"""What Azure's kubelogin takes on its command line and from its environment (reference/kubernetes.md section 6)."""
