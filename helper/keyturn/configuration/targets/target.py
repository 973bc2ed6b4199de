"""What every target has in common, whichever table it stands in: the scopes of the token it gets."""

from __future__ import annotations

from typing import TypeAlias

from keyturn.configuration.profiles import scopes
from keyturn.configuration.targets.docker import DockerTarget
from keyturn.configuration.targets.git import GitTarget
from keyturn.configuration.targets.kube import KubeTarget

Target: TypeAlias = GitTarget | KubeTarget | DockerTarget
IMPLIED = {"azure-devops": scopes.AZURE_DEVOPS, "aks": scopes.AKS}


def scopes_of(target: Target) -> tuple[str, ...]:
    """The scopes of the token that `target` gets: its own, else those of its service."""
    if isinstance(target, DockerTarget):
        return scopes.ACR
    return target.scopes or IMPLIED[target.service]
