"""Whose tokens a caller of the `kubelogin` stand-in gets: an identity of its own, which stands in no configuration.

Its flags and variables may come from a stranger's kubeconfig. So what they name is never one of the configured
profiles with its sign-in and secret, and the configuration bounds what they can ask for: which audiences, at which
login hosts, and for which applications a person is shown a sign-in.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import msgspec

from keyturn import hints, moves
from keyturn.configuration.audiences import own_scopes
from keyturn.configuration.profiles import scopes
from keyturn.configuration.profiles.clouds import CLOUDS
from keyturn.configuration.profiles.entra import EntraProfile, read_entra_profile
from keyturn.configuration.profiles.entra_flows import FLOWS, ClientSecret, DeviceCode
from keyturn.configuration.profiles.flow import name_of
from keyturn.configuration.profiles.secrets import Lent
from keyturn.configuration.tables import Table
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.protocols.kubelogin.wish import Wish

PREFIX = "kubelogin:"
"""How the names of these identities begin: no profile of the configuration can be called so."""
AKS_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
ARC_CLIENT = "3f4439ff-e698-4d6d-84fe-09c9d574f06b"
"""Microsoft's applications for people at AKS and Arc clusters, the same in every cloud."""
ARC = ("6256c85f-0aad-4d50-b960-e6e9b21efe35/.default",)
"""The server application of Arc, as scopes.AKS is that of AKS."""
FLOW_OF = {
    "devicecode": "device-code",
    "interactive": "browser",
    "spn": "client-secret",
    "msi": "managed-identity",
    "azurecli": "azure-cli",
    "workloadidentity": "workload-identity",
    "azurepipelines": "workload-identity",
}
PERSONAL = (DeviceCode,)
"""The flows in which a person is asked to sign in."""


class StandIn(NamedTuple):
    """Who asks, and for what."""

    profile: EntraProfile
    scopes: tuple[str, ...]


def stand_in(config: Config, wish: Wish) -> StandIn:
    """The identity that `wish` describes. Raises UsageError for a mistake in it, Refused for what is not allowed."""
    found = StandIn(_profile(config, wish), _scopes(config, wish.server_id))
    check_allowed(config, *found)
    return found


def check_allowed(config: Config, profile: EntraProfile, wanted: tuple[str, ...]) -> None:
    """Raises Refused where `config` leaves no room for this identity, or for its asking for `wanted`."""
    if not any(scopes.same_audience(wanted, each) for each in _audiences(config)):
        raise Refused(
            f"--server-id {wanted[0].removesuffix('/.default')} is neither that of AKS nor an audience of a profile",
            moves.add("it", "audiences of a profile", str(config.source)),
        )
    if _login_host(profile) not in {*_cloud_hosts(), *map(_login_host, _entra(config))}:
        raise Refused(
            "the authority host is that of no cloud and of no profile",
            moves.add(f'a profile with authority = "{_login_host(profile)}"', file=str(config.source)),
        )
    known = {AKS_CLIENT, ARC_CLIENT, *(each.application_id for each in _entra(config))}
    if isinstance(profile.flow, PERSONAL) and profile.application_id not in known:
        raise Refused(
            f"nobody is asked to sign in to application {profile.application_id}, which is not that of AKS",
            moves.add(f'a profile with application_id = "{profile.application_id}"', file=str(config.source)),
        )


def names_begin(cache_dir: str) -> str:
    """How the names of all identities with this cache directory begin: what remove-cache-dir forgets."""
    return f"{PREFIX}{_digest(cache_dir, 12)}-"


def _profile(config: Config, wish: Wish) -> EntraProfile:
    flow = _flow(wish)
    table = {
        "flow": flow,
        "application_id": wish.client_id,
        "tenant": wish.tenant or "organizations",
        "authority": wish.authority_host or None,
        "environment": None if wish.authority_host else wish.cloud,
    }
    given = {key: value for key, value in table.items() if value is not None}
    name = names_begin(wish.cache_dir) + _digest(json.dumps(wish.told, sort_keys=True), 32)
    profile = _read(name, given)
    if isinstance(profile.flow, ClientSecret):
        secret = ClientSecret(Lent(wish.secret_variables))
        profile = msgspec.structs.replace(profile, flow=secret)
    return msgspec.structs.replace(profile, ca_file=_ca_file(config, profile), protocols=frozenset({"kube"}))


def _flow(wish: Wish) -> str:
    """The flow of the login method, with what that needs. Raises UsageError and Refused."""
    flow = "client-certificate" if wish.login == "spn" and wish.certificate else FLOW_OF[wish.login]
    if flow not in map(name_of, FLOWS):
        raise Refused(
            f"this version of keyturn has no {flow} for --login {wish.login}",
            moves.stanza("use --login devicecode or spn with a secret, or Azure's own kubelogin"),
        )
    if not wish.client_id:
        raise UsageError(
            "client-id is required", moves.form(f"kubelogin get-token --login {wish.login} --client-id ID")
        )
    if wish.login == "spn" and not wish.tenant:
        raise UsageError(
            "tenant-id is required", moves.form(f"kubelogin get-token --login {wish.login} --tenant-id ID")
        )
    return flow


_FLAGS = {"application_id": "client-id", "tenant": "tenant-id", "authority": "authority-host"}


def _read(name: str, table: dict[str, str]) -> EntraProfile:
    try:
        return read_entra_profile(name, Table(Path("kubelogin"), "", dict(table)))
    except ConfigError as error:
        _, key, problem = error.sentence.split(": ", 2)
        raise UsageError(f"--{_FLAGS.get(key, key)}: {problem}", hints.usage("kubelogin get-token")) from None


def _scopes(config: Config, server_id: str) -> tuple[str, ...]:
    """In the configuration's own spelling where it has one: each would be a token of its own."""
    try:
        wanted = scopes.of_audience(server_id)
    except scopes.UnfitScopes:
        raise UsageError(
            "server-id is not the id of an application", moves.form("kubelogin get-token --server-id ID")
        ) from None
    return next((each for each in _audiences(config) if scopes.same_audience(wanted, each)), wanted)


def _audiences(config: Config) -> Iterator[tuple[str, ...]]:
    yield from (scopes.AKS, ARC)
    yield from (scopes_of(target) for target in config.kube_targets)
    for profile in _entra(config):
        yield from own_scopes(profile)


def _entra(config: Config) -> Iterator[EntraProfile]:
    return (profile for profile in config.profiles.values() if isinstance(profile, EntraProfile))


def _ca_file(config: Config, profile: EntraProfile) -> str | None:
    """Whom to trust for the login host is the host's matter, whoever signs in there."""
    there = (each for each in _entra(config) if _login_host(each) == _login_host(profile))
    return next((each.ca_file for each in there if each.ca_file), None)


def _login_host(profile: EntraProfile) -> str:
    return profile.authority.rpartition("/")[0]


def _cloud_hosts() -> Iterator[str]:
    return (f"https://{host}" for cloud in CLOUDS if not cloud.closed for host in (cloud.host, *cloud.aliases))


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:length]
