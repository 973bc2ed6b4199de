"""A container registry behind Azure's token exchange: what ACR shows to docker, skopeo and the like."""
