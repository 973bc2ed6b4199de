"""A profile of provider entra: one identity at Microsoft Entra ID."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from keyturn import moves
from keyturn.configuration.profiles import clouds, identity, scopes
from keyturn.configuration.profiles.flows.entra import FLOWS, EntraFlow
from keyturn.configuration.profiles.flows.flow import keys_of, read_flow
from keyturn.configuration.profiles.uses import LATER, PROTOCOLS, read_protocols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

KEYS = (
    "provider",
    "tenant",
    "application_id",
    "flow",
    "environment",
    "authority",
    "account",
    "ca_file",
    "scopes",
    "audiences",
    "cae",
    "protocols",
    *keys_of(FLOWS),
    *identity.ALIASES,
)

_EXAMPLE_SCOPE = '["https://graph.microsoft.com/.default"]'
_EXAMPLE_AUDIENCE = '["https://management.azure.com"]'


class EntraProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One identity at Microsoft Entra ID. Holds names of secrets, never a secret."""

    provider: ClassVar[str] = "entra"

    name: str
    tenant: str
    """A tenant id, a domain, or one of SHARED_TENANTS; lower case."""
    application_id: str
    flow: EntraFlow
    authority: str
    """The login host's URL with the tenant: https://login.microsoftonline.com/organizations. Where Azure manages the
    identity, its tenant is nobody's business, and the flow's name stands in its place."""
    account: str | None = None
    ca_file: str | None = None
    """An absolute path."""
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    cae: bool = False
    """Whether its tokens live for a day, or until a claims challenge, where the protocol can bring one back."""
    protocols: frozenset[str] = frozenset(PROTOCOLS)
    """Which protocols may hand out this profile's tokens."""

    @property
    def client_id(self) -> str:
        """What else its records are bound to, beside the authority."""
        return self.application_id


def read_entra_profile(name: str, table: Table) -> EntraProfile:
    """The profile in `table`. Raises ConfigError at the first mistake."""
    table.check_keys(KEYS, LATER)
    flow = read_flow(table, FLOWS)
    tenant = identity.tenant(table, own_for=flow.name if flow.needs_own_tenant else "")
    return EntraProfile(
        name=name,
        tenant=tenant,
        application_id=identity.application_id(table) if flow.has_registration else "",
        flow=flow,
        authority=f"{identity.login_url(table)}/{tenant if flow.has_registration else flow.name}",
        account=table.text("account", "a user name", '"alice@contoso.example"'),
        ca_file=table.path("ca_file"),
        scopes=_scopes(table, flow),
        audiences=_audiences(table, identity.login_url(table)),
        cae=table.flag("cae", default=False),
        protocols=read_protocols(table, fitting=PROTOCOLS, default=PROTOCOLS),
    )


def _scopes(table: Table, flow: EntraFlow) -> tuple[str, ...]:
    found = table.texts("scopes", _EXAMPLE_SCOPE)
    try:
        scopes.for_flow(found, flow)
    except scopes.UnfitScopes as error:
        raise table.mistake("scopes", str(error), moves.configuration.example(f"scopes = {_EXAMPLE_SCOPE}")) from None
    return found


def _audiences(table: Table, login_url: str) -> tuple[str, ...]:
    """The audiences, their short names written out."""
    found = tuple(clouds.audience(word, login_url) for word in table.texts("audiences", _EXAMPLE_AUDIENCE))
    try:
        for audience in found:
            scopes.of_audience(audience)
    except scopes.UnfitScopes as error:
        raise table.mistake(
            "audiences", str(error), moves.configuration.example(f"audiences = {_EXAMPLE_AUDIENCE}")
        ) from None
    return found
