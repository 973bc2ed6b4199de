"""A profile of provider entra: one identity at Microsoft Entra ID."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

import msgspec

from keyturn.configuration.profiles import identity, scopes
from keyturn.configuration.profiles.uses import PROTOCOLS, read_protocols
from keyturn.configuration.tables import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

FLOWS = ("device-code", "client-secret")
LATER_FLOWS = (
    "browser",
    "client-certificate",
    "refresh-token",
    "workload-identity",
    "managed-identity",
    "confidential-browser",
)
KEYS = (
    "provider",
    "tenant",
    "application_id",
    "flow",
    "environment",
    "authority",
    "account",
    "client_secret_file",
    "client_secret_env",
    "ca_file",
    "scopes",
    "audiences",
    "protocols",
    *identity.ALIASES,
)
LATER_KEYS = (
    "confirm",
    "max_life",
    "certificate",
    "certificate_thumbprint",
    "certificate_directory",
    "send_x5c",
    "federated_token_file",
)

Flow = Literal["device-code", "client-secret"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_EXAMPLE_SCOPE = '["https://graph.microsoft.com/.default"]'
_EXAMPLE_VARIABLE = '"CLIENT_SECRET"'
_EXAMPLE_AUDIENCE = '["https://management.azure.com"]'


class EntraProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One identity at Microsoft Entra ID. Holds names of secrets, never a secret."""

    provider: ClassVar[str] = "entra"

    name: str
    tenant: str
    """A tenant id, a domain, or one of SHARED_TENANTS; lower case."""
    application_id: str
    flow: Flow
    authority: str
    """The login host's URL with the tenant: https://login.microsoftonline.com/organizations."""
    account: str | None = None
    client_secret_file: str | None = None
    """An absolute path, like `ca_file`. Whether it can be read shows when it is needed."""
    client_secret_env: str | None = None
    """The name of a variable in the daemon's environment."""
    ca_file: str | None = None
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    protocols: frozenset[str] = frozenset(PROTOCOLS)
    """Which protocols may hand out this profile's tokens."""

    @property
    def client_id(self) -> str:
        """What else its records are bound to, beside the authority."""
        return self.application_id


def read_entra_profile(name: str, table: Table) -> EntraProfile:
    """The profile in `table`. Raises ConfigError at the first mistake."""
    table.check_keys(KEYS, LATER_KEYS)
    flow = _flow(table)
    tenant = identity.tenant(table, shared=flow != "client-secret")
    secret_file, secret_env = _secret_sources(table, flow)
    return EntraProfile(
        name=name,
        tenant=tenant,
        application_id=identity.application_id(table),
        flow=flow,
        authority=f"{identity.login_url(table)}/{tenant}",
        account=table.text("account", "a user name", '"alice@contoso.example"'),
        client_secret_file=secret_file,
        client_secret_env=secret_env,
        ca_file=table.path("ca_file"),
        scopes=_scopes(table, flow),
        audiences=_audiences(table),
        protocols=read_protocols(table, fitting=PROTOCOLS, default=PROTOCOLS),
    )


def _flow(table: Table) -> Flow:
    found = table.choice("flow", FLOWS, later=LATER_FLOWS)
    if found == "client-secret":
        return "client-secret"
    if found is None:
        raise table.expected("flow", either(FLOWS), '"device-code"')
    return "device-code"


def _secret_sources(table: Table, flow: Flow) -> tuple[str | None, str | None]:
    """The file and the variable a client secret is read from, at most one of them."""
    file, variable = (
        table.path("client_secret_file"),
        table.text("client_secret_env", "the name of an environment variable", _EXAMPLE_VARIABLE),
    )
    for key in ("client_secret_file", "client_secret_env"):
        if key in table.values and flow != "client-secret":
            raise table.mistake(key, f"flow {flow} uses no secret", 'for example: flow = "client-secret"')
    if file is not None and variable is not None:
        raise table.mistake("client_secret_env", "client_secret_file is set already", "remove one of them")
    if variable is not None and not _VARIABLE.fullmatch(variable):
        raise table.expected("client_secret_env", "the name of an environment variable", _EXAMPLE_VARIABLE)
    return file, variable


def _scopes(table: Table, flow: Flow) -> tuple[str, ...]:
    found = table.texts("scopes", _EXAMPLE_SCOPE)
    try:
        scopes.by_resource(found, application_only=flow == "client-secret")
    except scopes.UnfitScopes as error:
        raise table.mistake("scopes", str(error), f"for example: scopes = {_EXAMPLE_SCOPE}") from None
    return found


def _audiences(table: Table) -> tuple[str, ...]:
    found = table.texts("audiences", _EXAMPLE_AUDIENCE)
    try:
        for audience in found:
            scopes.of_audience(audience)
    except scopes.UnfitScopes as error:
        raise table.mistake("audiences", str(error), f"for example: audiences = {_EXAMPLE_AUDIENCE}") from None
    return found
