"""Whose token, and for which audience, a kubectl gets: the rules, for the daemon and for the helper without one.

A kubeconfig may be somebody else's: a file from a colleague, a repository, a web page. What it names (a cluster, a
profile, a server id) chooses among what config.toml allows and never adds to it.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn import hints, moves
from keyturn.configuration import known_clusters
from keyturn.configuration.audiences import own_scopes
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles import scopes
from keyturn.configuration.targets.kube import find_kube
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.config import Config
    from keyturn.configuration.known_clusters import KnownCluster
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.targets.kube import KubeTarget
    from keyturn.protocols.kubectl import ExecRequest, KubeOptions


class ClusterToken(NamedTuple):
    """What is to be asked for."""

    profile: Profile
    scopes: tuple[str, ...]


SET_UP_AGAIN = hints.set_up("kube")
"""It shows what is recorded and what the kubeconfig has, and how to record that."""


def token_for(
    config: Config, request: ExecRequest, options: KubeOptions, known: Mapping[str, KnownCluster]
) -> ClusterToken:
    """The token that answers `request`. `--profile` beats the target's profile.

    known: what `setup kube` recorded. Raises Refused for a cluster that is no target, for one that the kubeconfig
    reaches in another way than recorded, and for an audience that the configuration does not allow, UsageError where
    nothing tells the profile, ConfigError for a profile that is not there or not for kube.
    """
    target = _target(config, options.server if request.cluster_server is None else request.cluster_server)
    profile = _profile(config, options.profile or (target.profile if target is not None else None))
    cluster = known.get(known_clusters.key_of(target.place)) if target is not None else None
    _check_cluster(config, request, options, target)
    _check_stanza(request, options, profile.name, cluster)
    if request.cluster_server is None and options.word is None and _is_set_up(config, profile.name, known):
        raise Refused(f"nothing tells which cluster the token of profile {profile.name} is for", hints.set_up("kube"))
    return ClusterToken(profile, _scopes(config, profile, target, options.server_id))


def _is_set_up(config: Config, profile: str, known: Mapping[str, KnownCluster]) -> bool:
    """Whether a cluster of `profile` has been set up, for it or for another profile in its place."""
    own = {known_clusters.key_of(target.place) for target in config.kube_targets if target.profile == profile}
    return any(server in own or profile in cluster.words for server, cluster in known.items())


def _check_cluster(config: Config, request: ExecRequest, options: KubeOptions, target: KubeTarget | None) -> None:
    """The cluster that the client names and the one its stanza was written for must be one, and be verified."""
    if request.cluster_server is None:
        return
    if request.trust.insecure:
        raise Refused(
            "the kubeconfig has the cluster's certificate not verified",
            moves.verify_cluster(),
        )
    if options.server is not None and find_kube(config.kube_targets, options.server) is not target:
        raise Refused("the kubeconfig names another cluster than its user was set up for", SET_UP_AGAIN)


def _check_stanza(request: ExecRequest, options: KubeOptions, profile: str, cluster: KnownCluster | None) -> None:
    """Stanzas of ours are known by their word, clusters by what their kubeconfig trusted when it was set up."""
    known = cluster is not None and cluster.has_word(profile, options.word)
    if (options.word is not None or options.server is not None) and not known:
        raise Refused("the kubeconfig's word for this cluster is not the one that keyturn keeps", SET_UP_AGAIN)
    if request.cluster_server is None or cluster is None:
        return
    asked = request.trust
    if (
        known
        and not asked.authority
        and asked.authority_file
        and asked.authority_file == cluster.trust.authority_file
    ):
        asked = asked._replace(authority=cluster.trust.authority)  # Python's client passes on the file's name alone
    if asked._replace(authority_file="") != cluster.trust._replace(authority_file=""):
        raise Refused(
            "the kubeconfig reaches the cluster by another CA, proxy or name than it was set up with", SET_UP_AGAIN
        )


def _target(config: Config, server: str | None) -> KubeTarget | None:
    if server is None:
        return None
    target = find_kube(config.kube_targets, server)
    if target is None:
        raise Refused(
            "the cluster of this kubeconfig is no target",
            moves.add("its server", "[targets.kube]", str(config.source)),
        )
    return target


def _profile(config: Config, name: str | None) -> Profile:
    if name is None:
        raise UsageError(
            "nothing tells the profile: the kubeconfig has neither --profile nor provideClusterInfo",
            hints.set_up("kube"),
        )
    profile = profile_named(config, name)
    if profile.provider != "entra":
        raise ConfigError(f"profile {name} has no tokens for clusters", hints.profiles())
    if "kube" not in profile.protocols:
        raise ConfigError(
            f"profile {name} leaves kube out of its protocols", moves.allow("kube", name, str(config.source))
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
            moves.add("the cluster's server", "[targets.kube]", str(config.source)),
        )
    raise Refused(
        f"profile {profile.name} may not ask for the server id on the command line",
        moves.add("it", f"audiences of profile {profile.name}", str(config.source)),
    )
