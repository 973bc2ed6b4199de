"""From kubelogin's flags and variables to an identity: a profile in all but that it stands in no configuration."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import msgspec

from keyturn import hints, moves
from keyturn.configuration.kubelogin import PREFIX, az_directory
from keyturn.configuration.profiles.entra import EntraProfile, read_entra_profile
from keyturn.configuration.profiles.flows.applications import (
    ClientCertificate,
    ClientSecret,
    OfMachine,
    WorkloadIdentity,
)
from keyturn.configuration.profiles.flows.flow import name_of
from keyturn.configuration.profiles.flows.passing import AzureCli
from keyturn.configuration.profiles.flows.people import Browser, DeviceCode
from keyturn.configuration.profiles.flows.sign_in_page import SignInPage
from keyturn.configuration.profiles.identity import DEFAULT_TENANT, PRESETS
from keyturn.configuration.profiles.secrets import Lent
from keyturn.configuration.tables import Table
from keyturn.errors import ConfigError, Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.flows.entra import EntraFlow
    from keyturn.kinds_of_hints import Sentence
    from keyturn.protocols.kubelogin.wish import Wish

FLOW_OF = {
    "devicecode": "device-code",
    "interactive": "browser",
    "spn": "client-secret",
    "workloadidentity": "workload-identity",
    "azurepipelines": "workload-identity",
}
"""The flow of each login method; those of az and of machines, and a certificate in place of a secret, apart."""
FLAGS = {
    "application_id": "client-id",
    "tenant": "tenant-id",
    "authority": "authority-host",
    "certificate": "client-certificate",
    "service_connection": "azure-pipelines-service-connection-id",
    "federated_token_file": "federated-token-file",
    "resource_id": "identity-resource-id",
}
"""What kubelogin calls the keys of a profile."""
_SUBSCRIPTION = r"[0-9A-Za-z._][0-9A-Za-z._ -]*"
"""As azidentity has it, and none that begins like an option."""
_LOOPBACK = r"http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?/?"
"""RFC 8252 section 7.3: at a loopback address any port will do."""


def identity(config: Config, wish: Wish) -> EntraProfile:
    """Who asks. Raises UsageError for a mistake in `wish`, Refused for what is not to be had here."""
    if wish.login == "azurecli":
        return _of_az(wish)
    if wish.login == "msi":
        return _of_machine(wish)
    flow = _flow(wish)
    table: dict[str, object] = {
        "flow": flow,
        "application_id": wish.client_id,
        "tenant": wish.tenant or DEFAULT_TENANT,
        "authority": wish.authority_host or None,
        "environment": None if wish.authority_host else wish.cloud,
    }
    if flow == "workload-identity":
        table |= _federation(config, wish)
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


def _federation(config: Config, wish: Wish) -> dict[str, object]:
    """Whose word the application has: GitHub's where that is to be had, else a file's; or that of Azure Pipelines.

    A job is sent to no other host than those that a profile allows.
    """
    if wish.login == "workloadidentity" and not wish.actions_url:
        return {"federated_token_file": wish.federated_token_file}
    flows = (profile.flow for profile in configured(config))
    hosts = [host for flow in flows if isinstance(flow, WorkloadIdentity) for host in flow.federation.hosts]
    found: dict[str, object] = {"oidc_hosts": list(dict.fromkeys(hosts))}
    return found | ({"service_connection": wish.service_connection} if wish.login == "azurepipelines" else {})


def _of_machine(wish: Wish) -> EntraProfile:
    """The machine's own identity, or the one that is named: by its client id first, as in kubelogin."""
    table: dict[str, object] = {"flow": name_of(OfMachine)}
    if wish.client_id:
        table["application_id"] = wish.client_id
    elif wish.identity_resource_id:
        table["resource_id"] = wish.identity_resource_id
    return msgspec.structs.replace(_read(_name(wish), table), protocols=frozenset({"kube"}))


def _of_az(wish: Wish) -> EntraProfile:
    """Whoever is signed in with az now, and no longer than that."""
    if wish.subscription and not re.fullmatch(_SUBSCRIPTION, wish.subscription):
        raise UsageError(
            "--subscription is neither a name nor an id", moves.clients.az("those there are", "account list")
        )
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
    if not wish.client_id:
        raise UsageError("client-id is required", _lacking(wish, "--client-id ID"))
    if wish.redirect_url and not re.fullmatch(_LOOPBACK, wish.redirect_url):
        raise Refused(
            "--redirect-url is another address than this machine's own",
            moves.clients.stanza(
                "leave it out: the browser comes back to http://localhost, whose port does not count"
            ),
        )
    if wish.login == "workloadidentity" and not (wish.actions_url or wish.federated_token_file):
        raise UsageError("federated token file cannot be empty", _lacking(wish, "--federated-token-file FILE"))
    if wish.login == "azurepipelines" and not wish.service_connection:
        raise UsageError(
            "the service connection is required", _lacking(wish, "--azure-pipelines-service-connection-id ID")
        )
    if wish.login in {"spn", "workloadidentity", "azurepipelines"} and not wish.tenant:
        raise UsageError("tenant-id is required", _lacking(wish, "--tenant-id ID"))
    return flow


def _lacking(wish: Wish, flag: str) -> Sentence:
    return moves.clients.form(f"kubelogin get-token --login {wish.login} {flag}")


def _read(name: str, table: dict[str, object]) -> EntraProfile:
    try:
        return read_entra_profile(name, Table(Path("kubelogin"), "", table))
    except ConfigError as error:
        _, key, problem = error.sentence.split(": ", 2)
        raise UsageError(f"--{FLAGS.get(key, key)}: {problem}", hints.usage("kubelogin get-token")) from None


def _ca_file(config: Config, profile: EntraProfile) -> str | None:
    """Whom to trust for the login host is the host's matter, whoever signs in there."""
    there = (each for each in configured(config) if login_host(each) == login_host(profile))
    return next((each.ca_file for each in there if each.ca_file), None)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:length]


def names_begin(cache_dir: str) -> str:
    """How the names of all identities with this cache directory begin: what remove-cache-dir forgets."""
    return f"{PREFIX}{_digest(cache_dir, 12)}-"


def configured(config: Config) -> Iterator[EntraProfile]:
    """The profiles of Entra ID."""
    return (profile for profile in config.profiles.values() if isinstance(profile, EntraProfile))


def login_host(profile: EntraProfile) -> str:
    """The URL of the place that `profile` signs in at, without the tenant."""
    return profile.authority.rpartition("/")[0]
