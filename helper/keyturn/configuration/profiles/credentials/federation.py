"""Whose word an application brings in place of a secret: a cluster's, or that of a CI job's own issuer."""

from __future__ import annotations

import re

import msgspec

from keyturn import moves
from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.protocols import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

KEYS = {
    "federated_token_file": "federated token",
    "service_connection": "federated token",
    "oidc_hosts": "federated token",
}
EXCLUSIVE = (("federated_token_file", "service_connection"), ("federated_token_file", "oidc_hosts"))

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_EXAMPLE_GUID = '"11111111-2222-3333-4444-555555555555"'
_EXAMPLE_HOSTS = '["github.contoso.example"]'


class Federation(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="federation"):
    """Where the token of the other issuer is to be had; without `file`, by what the caller's variables say."""

    file: str | None = None
    """An absolute path. Whoever writes it replaces it all the time."""
    service_connection: str = ""
    """The id of a service connection of Azure Pipelines."""
    hosts: tuple[str, ...] = ()
    """Hosts (with a port where it is not 443) that a job may be told to ask, beside GitHub's and Azure's own."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Which of the caller's variables it takes."""
        if self.file is not None:
            return ()
        return surroundings.PIPELINES if self.service_connection else (*surroundings.GITHUB, surroundings.TOKEN_FILE)


def read_federation(table: Table) -> Federation:
    """What `table` says of it. Raises ConfigError."""
    connection = table.text("service_connection", "the id of a service connection", _EXAMPLE_GUID) or ""
    if connection and not _GUID.fullmatch(connection):
        raise table.expected("service_connection", "the id of a service connection", _EXAMPLE_GUID)
    return Federation(table.path("federated_token_file"), connection, _hosts(table))


def _hosts(table: Table) -> tuple[str, ...]:
    found = table.texts("oidc_hosts", _EXAMPLE_HOSTS)
    try:
        places = [https_url(f"https://{host}") for host in found]
    except UnfitName as error:
        raise table.mistake(
            "oidc_hosts", str(error), moves.configuration.example(f"oidc_hosts = {_EXAMPLE_HOSTS}")
        ) from None
    if any(place.segments for place in places):
        raise table.expected("oidc_hosts", "hosts without a path", _EXAMPLE_HOSTS)
    return tuple(place.url.removeprefix("https://") for place in places)
