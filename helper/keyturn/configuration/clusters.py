"""Whose token, and for which audience, a kubectl gets: the rules, for the daemon and for the helper without one.

A kubeconfig may be somebody else's: a file from a colleague, a repository, a web page. What it names (a cluster, a
profile, a server id) chooses among what config.toml allows and never adds to it.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.audiences import own_scopes
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles import scopes
from keyturn.configuration.targets.kube import find_kube
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.targets.kube import KubeTarget
    from keyturn.protocols.kubectl import ExecRequest, KubeOptions


class ClusterToken(NamedTuple):
    """What is to be asked for."""

    profile: Profile
    scopes: tuple[str, ...]


def token_for(config: Config, request: ExecRequest, options: KubeOptions) -> ClusterToken:
    """The token that answers `request`. `--profile` beats the target's profile.

    Raises Refused for a cluster that is no target and for an audience that the configuration does not allow,
    UsageError where nothing tells the profile, ConfigError for a profile that is not there or not for kube.
    """
    target = _target(config, request)
    profile = _profile(config, options.profile or (target.profile if target is not None else None))
    return ClusterToken(profile, _scopes(config, profile, target, options.server_id))


def _target(config: Config, request: ExecRequest) -> KubeTarget | None:
    if request.cluster_server is None:
        return None
    target = find_kube(config.kube_targets, request.cluster_server)
    if target is None:
        raise Refused(
            "the cluster of this kubeconfig is no target", f"add its server to [targets.kube] in {config.source}"
        )
    return target


def _profile(config: Config, name: str | None) -> Profile:
    if name is None:
        raise UsageError(
            "nothing tells the profile: the kubeconfig has neither --profile nor provideClusterInfo",
            hints.verb("setup", "kube"),
        )
    profile = profile_named(config, name)
    if profile.provider != "entra":
        raise ConfigError(f"profile {name} has no tokens for clusters", hints.profiles())
    if "kube" not in profile.protocols:
        raise ConfigError(
            f"profile {name} leaves kube out of its protocols", f'add "kube" to protocols of profile {name}'
        )
    return profile


def _allowed(config: Config, profile: Profile) -> list[tuple[str, ...]]:
    """What a kubeconfig may choose from: never what the profile's git and docker targets are for."""
    found = [scopes_of(target) for target in config.kube_targets if target.profile == profile.name]
    return found + own_scopes(profile)


def _scopes(config: Config, profile: Profile, target: KubeTarget | None, server_id: str | None) -> tuple[str, ...]:
    """Those of the target, else of AKS; a server id must be the target's, or among what the profile may ask for here.

    AKS without a target must be among that, too: the cluster that gets the token is not known then.
    """
    default = scopes.AKS if target is None else scopes_of(target)
    wanted = default if server_id is None else scopes.of_audience(server_id)
    known = [*([default] if target is not None else []), *_allowed(config, profile)]
    if (found := next((each for each in known if scopes.same_audience(each, wanted)), None)) is not None:
        return found  # as the configuration spells it: each spelling would be a token of its own
    if server_id is None:
        raise Refused(
            f"profile {profile.name} is not for any AKS cluster",
            f"add the cluster's server to [targets.kube] in {config.source}",
        )
    raise Refused(
        f"profile {profile.name} may not ask for the server id on the command line",
        f"add it to audiences of profile {profile.name} in {config.source}",
    )
