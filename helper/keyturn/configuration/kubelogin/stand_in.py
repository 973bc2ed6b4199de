"""Whose tokens a caller of the `kubelogin` stand-in gets: an identity of its own, which stands in no configuration.

Its flags and variables may come from a stranger's kubeconfig. So what they name is never one of the configured
profiles with its sign-in and secret, and the configuration bounds what they can ask for: which audiences, at which
login hosts, and for which applications a person is shown a sign-in.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn import moves
from keyturn.configuration.audiences import own_scopes
from keyturn.configuration.kubelogin.identities import configured, identity, login_host
from keyturn.configuration.profiles import scopes
from keyturn.configuration.profiles.clouds import CLOUDS
from keyturn.configuration.profiles.flows.people import Browser, DeviceCode
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.entra import EntraProfile
    from keyturn.protocols.kubelogin.wish import Wish

AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
ARC_CLIENT = "3f4439ff-e698-4d6d-84fe-09c9d574f06b"
"""Microsoft's applications for people at AKS and Arc clusters, the same in every cloud."""
ARC = ("6256c85f-0aad-4d50-b960-e6e9b21efe35/.default",)
"""The server application of Arc, as scopes.AKS is that of AKS."""
PERSONAL = (Browser, DeviceCode)
"""The flows in which a person is asked to sign in."""


class StandIn(NamedTuple):
    """Who asks, and for what."""

    profile: EntraProfile
    scopes: tuple[str, ...]


def stand_in(config: Config, wish: Wish) -> StandIn:
    """The identity that `wish` describes. Raises UsageError for a mistake in it, Refused for what is not allowed."""
    found = StandIn(identity(config, wish), _scopes(config, wish.server_id))
    check_allowed(config, *found)
    return found


def check_allowed(config: Config, profile: EntraProfile, wanted: tuple[str, ...]) -> None:
    """Raises Refused where `config` leaves no room for this identity, or for its asking for `wanted`."""
    if not any(scopes.same_audience(wanted, each) for each in _audiences(config)):
        raise Refused(
            f"--server-id {wanted[0].removesuffix('/.default')} is neither that of AKS nor an audience of a profile",
            moves.clients.verify("that is its server application", "add it to audiences of a profile"),
        )
    if profile.flow.has_registration and login_host(profile) not in {
        *_cloud_hosts(),
        *map(login_host, configured(config)),
    }:
        raise Refused(
            f"the authority host {login_host(profile)} is that of no cloud and of no profile",
            moves.clients.verify("people sign in there", "add a profile with that authority"),
        )
    known = {AKS_CLIENT, ARC_CLIENT, *(each.application_id for each in configured(config))}
    if isinstance(profile.flow, PERSONAL) and profile.application_id not in known:
        raise Refused(
            f"nobody is asked to sign in to application {profile.application_id}, which is not that of AKS",
            moves.clients.verify(
                f"application {profile.application_id} of tenant {profile.tenant} is theirs", "add a profile for it"
            ),
        )


def _scopes(config: Config, server_id: str) -> tuple[str, ...]:
    """In the configuration's own spelling where it has one: each would be a token of its own."""
    try:
        wanted = scopes.of_audience(server_id)
    except scopes.UnfitScopes:
        raise UsageError(
            "server-id is not the id of an application", moves.clients.form("kubelogin get-token --server-id ID")
        ) from None
    return next((each for each in _audiences(config) if scopes.same_audience(wanted, each)), wanted)


def _audiences(config: Config) -> Iterator[tuple[str, ...]]:
    yield from (scopes.AKS, ARC)
    yield from (scopes_of(target) for target in config.kube_targets)
    for profile in configured(config):
        if "kube" in profile.protocols:
            yield from own_scopes(profile)


def _cloud_hosts() -> Iterator[str]:
    return (f"https://{host}" for cloud in CLOUDS if not cloud.closed for host in (cloud.host, *cloud.aliases))
