"""A kubeconfig: read as kubectl reads it, and changed only if it then reads exactly what was wanted."""
