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
from keyturn.protocols.kubectl import KubeOptions, Trust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyturn.configuration.config import Config
    from keyturn.configuration.known_clusters import KnownCluster
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.targets.kube import KubeTarget
    from keyturn.protocols.kubectl import ExecRequest


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

    known: what `setup kube` recorded. Raises Refused for a cluster that is no target, for one that nothing tells, for
    one that the kubeconfig reaches in another way than recorded, and for an audience that the configuration does not
    allow; UsageError where nothing tells the profile, ConfigError for a profile that is not there or not for kube.
    """
    target = _target(config, options.server if request.cluster_server is None else request.cluster_server)
    profile = _profile(config, options.profile or (target.profile if target is not None else None))
    if target is None:
        raise Refused(f"nothing tells which cluster the token of profile {profile.name} is for", hints.set_up("kube"))
    cluster = known.get(known_clusters.key_of(target.place))
    _check_cluster(config, request, options, target)
    _check_word(request, options, profile.name, cluster)
    if request.cluster_server is not None:
        _check_trust(request.trust, cluster, ours=options.word is not None)
    return ClusterToken(profile, _scopes(config, profile, target, options.server_id))


def check_named_cluster(
    config: Config, request: ExecRequest, known: Callable[[], Mapping[str, KnownCluster]]
) -> None:
    """For a caller whose stanza is not ours: the cluster that it names, if it does, must be a target and verified.

    known: what `setup kube` recorded, loaded only then. Raises Refused.
    """
    if request.cluster_server is None:
        return
    target = _target(config, request.cluster_server)
    assert target is not None
    _check_cluster(config, request, KubeOptions(), target)
    _check_trust(request.trust, known().get(known_clusters.key_of(target.place)), ours=False)


def _check_cluster(config: Config, request: ExecRequest, options: KubeOptions, target: KubeTarget) -> None:
    """The cluster that the client names and the one its stanza was written for must be one, and be verified."""
    if request.cluster_server is None:
        return
    if request.trust.insecure:
        raise Refused(
            "the kubeconfig has the cluster's certificate not verified",
            moves.clients.verify_cluster(),
        )
    if options.server is not None and find_kube(config.kube_targets, options.server) is not target:
        raise Refused("the kubeconfig names another cluster than its user was set up for", SET_UP_AGAIN)


def _check_word(request: ExecRequest, options: KubeOptions, profile: str, cluster: KnownCluster | None) -> None:
    """Stanzas of ours are known by their word; without one, the client itself has to tell its cluster."""
    if options.word is None and options.server is None and request.cluster_server is not None:
        return
    if cluster is None or not cluster.has_word(profile, options.word):
        raise Refused("the kubeconfig's word for this cluster is not the one that keyturn keeps", SET_UP_AGAIN)


def _check_trust(asked: Trust, cluster: KnownCluster | None, *, ours: bool) -> None:
    """A kubeconfig may bring a CA, a proxy or a name of its own only as they were when the person set it up.

    Without a record nobody knows them: then only the system's own CAs will do. ours: its stanza has our word.
    """
    if cluster is None:
        if asked != Trust():
            raise Refused("nobody has set up this cluster: its CA may be anybody's", hints.set_up("kube"))
        return
    recorded = cluster.trust
    if ours and not asked.authority and asked.authority_file and asked.authority_file == recorded.authority_file:
        asked = asked._replace(authority=recorded.authority)  # Python's client passes on the file's name alone
    if asked._replace(authority_file="") != recorded._replace(authority_file=""):
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
            moves.configuration.add("its server", "[targets.kube]", str(config.source)),
        )
    return target


def _profile(config: Config, name: str | None) -> Profile:
    if name is None:
        raise UsageError(
            "nothing tells the profile: the kubeconfig has neither --profile nor provideClusterInfo",
            hints.set_up("kube"),
        )
    profile = profile_named(config, name, written=True)
    if profile.provider != "entra":
        raise ConfigError(f"profile {name} has no tokens for clusters", hints.profiles())
    if "kube" not in profile.protocols:
        raise ConfigError(
            f"profile {name} leaves kube out of its protocols",
            moves.configuration.allow("kube", name, str(config.source)),
        )
    return profile


def _allowed(config: Config, profile: Profile) -> list[tuple[str, ...]]:
    """What a kubeconfig may choose from: never what the profile's git and docker targets are for."""
    found = [scopes_of(target) for target in config.kube_targets if target.profile == profile.name]
    return found + own_scopes(profile)


def _scopes(config: Config, profile: Profile, target: KubeTarget, server_id: str | None) -> tuple[str, ...]:
    """Those of the target; a server id must be the target's, or among what the profile may ask for here."""
    default = scopes_of(target)
    wanted = default if server_id is None else scopes.of_audience(server_id)
    known = [default, *_allowed(config, profile)]
    if (found := next((each for each in known if scopes.same_audience(each, wanted)), None)) is not None:
        return found  # as the configuration spells it: each spelling would be a token of its own
    raise Refused(
        f"profile {profile.name} may not ask for the server id on the command line",
        moves.configuration.add("it", f"audiences of profile {profile.name}", str(config.source)),
    )
