"""Which profile and which scopes a git URL, a cluster or a registry gets, and nothing for every other name."""

from __future__ import annotations

from keyturn import scopes
from keyturn.profiles import AwxProfile
from keyturn.targets.docker import DockerTarget, find_docker
from keyturn.targets.git import GitTarget, find_git, place_of
from keyturn.targets.kube import KubeTarget, find_kube

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.config import Config

__all__ = [
    "DockerTarget",
    "GitTarget",
    "KubeTarget",
    "Target",
    "all_scopes",
    "allows",
    "find_docker",
    "find_git",
    "find_kube",
    "place_of",
    "scopes_of",
    "targets_of",
]

Target = GitTarget | KubeTarget | DockerTarget
IMPLIED = {"azure-devops": scopes.AZURE_DEVOPS, "aks": scopes.AKS}


def scopes_of(target: Target) -> tuple[str, ...]:
    """The scopes of the token that `target` gets: its own, else those of its service."""
    if isinstance(target, DockerTarget):
        return scopes.ACR
    return target.scopes or IMPLIED[target.service]


def targets_of(config: Config, profile_name: str) -> Iterator[Target]:
    """That profile's targets of every protocol."""
    targets: tuple[Target, ...] = (*config.git_targets, *config.kube_targets, *config.docker_targets)
    return (target for target in targets if target.profile == profile_name)


def all_scopes(config: Config, profile_name: str) -> list[tuple[str, ...]]:
    """Every set of scopes that profile's targets, scopes and audiences allow, each once, one token each.

    Raises KeyError when there is no such profile.
    """
    profile = config.profiles[profile_name]
    if isinstance(profile, AwxProfile):
        return [(profile.scope,)]
    found = [scopes_of(target) for target in targets_of(config, profile_name)]
    found += scopes.by_resource(profile.scopes)
    found += [scopes.of_audience(audience) for audience in profile.audiences]
    return list(dict.fromkeys(found))


def allows(config: Config, profile_name: str, wanted: Iterable[str]) -> bool:
    """Whether `wanted`, which must not be empty, lies within one of `all_scopes`."""
    asked = frozenset(wanted)
    return bool(asked) and any(asked <= frozenset(allowed) for allowed in all_scopes(config, profile_name))
