"""The exec stanza in a kubeconfig, edited as text and checked by kubectl before anything is replaced."""
