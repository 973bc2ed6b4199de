"""Whose tokens a caller of the `kubelogin` stand-in gets: an identity of its own, which stands in no configuration.

Its flags and variables may come from a stranger's kubeconfig. So what they name is never one of the configured
profiles with its sign-in and secret, and the configuration bounds what they can ask for: which audiences, at which
login hosts, and for which applications a person is shown a sign-in.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import msgspec

from keyturn import hints, moves
from keyturn.configuration.audiences import own_scopes
from keyturn.configuration.kubelogin import az_directory
from keyturn.configuration.profiles import scopes
from keyturn.configuration.profiles.clouds import CLOUDS
from keyturn.configuration.profiles.entra import EntraProfile, read_entra_profile
from keyturn.configuration.profiles.entra_flows import (
    FLOWS,
    AzureCli,
    Browser,
    ClientCertificate,
    ClientSecret,
    DeviceCode,
)
from keyturn.configuration.profiles.flow import name_of
from keyturn.configuration.profiles.identity import DEFAULT_TENANT, PRESETS
from keyturn.configuration.profiles.secrets import Lent
from keyturn.configuration.profiles.sign_in_page import SignInPage
from keyturn.configuration.tables import Table
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.entra_flows import EntraFlow
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
    "workloadidentity": "workload-identity",
    "azurepipelines": "workload-identity",
}
_SUBSCRIPTION = re.compile(r"[0-9A-Za-z._][0-9A-Za-z._ -]*", re.ASCII)
"""As azidentity has it, and none that begins like an option."""
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?/?", re.ASCII)
"""RFC 8252 section 7.3: at a loopback address any port will do."""
PERSONAL = (Browser, DeviceCode)
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
    if wish.login == "azurecli":
        return _of_az(wish)
    flow = _flow(wish)
    table: dict[str, object] = {
        "flow": flow,
        "application_id": wish.client_id,
        "tenant": wish.tenant or DEFAULT_TENANT,
        "authority": wish.authority_host or None,
        "environment": None if wish.authority_host else wish.cloud,
    }
    if flow == "client-certificate":
        table |= {"certificate": wish.certificate, "send_x5c": True}  # as kubelogin sends the chain
    given = {key: value for key, value in table.items() if value is not None}
    profile = _read(_name(wish), given)
    return msgspec.structs.replace(
        profile,
        flow=_with_its_caller(profile.flow, wish),
        ca_file=_ca_file(config, profile),
        protocols=frozenset({"kube"}),
    )


def _of_az(wish: Wish) -> EntraProfile:
    """Whoever is signed in with az now, and no longer than that."""
    if wish.subscription and not _SUBSCRIPTION.fullmatch(wish.subscription):
        raise UsageError("--subscription is neither a name nor an id", moves.az("those there are", "account list"))
    directory = az_directory.own_directory(wish.azure_config_dir) if wish.azure_config_dir else None
    seen = az_directory.stamp(directory)
    table: dict[str, object] = {
        "flow": name_of(DeviceCode),  # none that a profile could have
        "application_id": PRESETS["azure-cli"],
        "tenant": wish.tenant or DEFAULT_TENANT,
        "environment": wish.cloud,
    }
    return msgspec.structs.replace(
        _read(_name(wish, seen), table), flow=AzureCli(wish.tenant, wish.subscription, directory, seen)
    )


def _name(wish: Wish, *more: str) -> str:
    """The same for the same identity, and for no other."""
    return names_begin(wish.cache_dir) + _digest(json.dumps([wish.told, *more], sort_keys=True), 32)


def _with_its_caller(flow: EntraFlow, wish: Wish) -> EntraFlow:
    """`flow`, with its secret from whoever asks: the vault has none of an identity that nobody configured."""
    if isinstance(flow, ClientSecret):
        return ClientSecret(Lent(wish.secret_variables))
    if isinstance(flow, ClientCertificate):
        return msgspec.structs.replace(flow, passphrase=Lent(wish.secret_variables, needed=False))
    if isinstance(flow, Browser):
        return Browser(SignInPage(login_hint=wish.login_hint or None))
    return flow


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
    if wish.redirect_url and not _LOOPBACK.fullmatch(wish.redirect_url):
        raise Refused(
            "--redirect-url is another address than this machine's own",
            moves.stanza("leave it out: the browser comes back to http://localhost, whose port does not count"),
        )
    if wish.login == "spn" and not wish.tenant:
        raise UsageError(
            "tenant-id is required", moves.form(f"kubelogin get-token --login {wish.login} --tenant-id ID")
        )
    return flow


_FLAGS = {
    "application_id": "client-id",
    "tenant": "tenant-id",
    "authority": "authority-host",
    "certificate": "client-certificate",
}
"""What kubelogin calls the keys of a profile."""


def _read(name: str, table: dict[str, object]) -> EntraProfile:
    try:
        return read_entra_profile(name, Table(Path("kubelogin"), "", table))
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
