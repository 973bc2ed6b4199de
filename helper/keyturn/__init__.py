"""keyturn: Entra ID and AWX tokens for git, kubectl and docker, on demand."""

__version__ = "0.1.0"
