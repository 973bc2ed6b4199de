"""Which profile and which scopes a git URL, a cluster or a registry gets, and nothing for every other name."""

from __future__ import annotations

from keyturn import scopes
from keyturn.profiles import AwxProfile, Profile
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
    "allowed_scopes",
    "find_docker",
    "find_git",
    "find_kube",
    "own_scopes",
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
    targets = [] if isinstance(profile, AwxProfile) else targets_of(config, profile_name)
    return list(dict.fromkeys([*map(scopes_of, targets), *own_scopes(profile)]))


def own_scopes(profile: Profile) -> list[tuple[str, ...]]:
    """What the profile itself allows, whatever its targets are."""
    if isinstance(profile, AwxProfile):
        return [(profile.scope,)]
    audiences = [scopes.of_audience(audience) for audience in profile.audiences]
    return scopes.by_resource(profile.scopes) + audiences


def allowed_scopes(config: Config, profile_name: str, wanted: Iterable[str]) -> tuple[str, ...] | None:
    """`wanted` in the configuration's order and each once, if it lies within one of `all_scopes`; else None.

    One spelling for one wish: each would otherwise be a token of its own.
    """
    asked = frozenset(wanted)
    for allowed in all_scopes(config, profile_name):
        if asked and asked <= frozenset(allowed):
            return tuple(scope for scope in allowed if scope in asked)
    return None
