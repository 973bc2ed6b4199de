"""Which identity of a machine of Azure's a profile is: its own, or one that was assigned to it."""

from __future__ import annotations

import re

import msgspec

from keyturn import moves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

KEYS = {"object_id": "managed identity", "resource_id": "managed identity"}
"""Beside `client_id`, which other flows have, too."""
EXCLUSIVE = (
    ("client_id", "object_id"),
    ("client_id", "resource_id"),
    ("application_id", "object_id"),
    ("application_id", "resource_id"),
    ("object_id", "resource_id"),
)

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_EXAMPLE_GUID = '"11111111-2222-3333-4444-555555555555"'
_EXAMPLE_RESOURCE = (
    '"/subscriptions/ID/resourcegroups/GROUP/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME"'
)


class ManagedIdentity(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="managed-identity"):
    """Names at most one assigned identity; none names the machine's own."""

    client_id: str = ""
    object_id: str = ""
    resource_id: str = ""


def read_managed_identity(table: Table, client_id: str) -> ManagedIdentity:
    """The identity that `table` names. Raises ConfigError."""
    object_id = table.text("object_id", example=_EXAMPLE_GUID) or ""
    if object_id and not _GUID.fullmatch(object_id):
        raise table.expected("object_id", "the object id of an identity", _EXAMPLE_GUID)
    resource = table.text("resource_id", example=_EXAMPLE_RESOURCE) or ""
    if resource and not resource.lower().startswith("/subscriptions/"):
        raise table.mistake(
            "resource_id",
            "expected the resource id of an identity",
            moves.configuration.example(f"resource_id = {_EXAMPLE_RESOURCE}"),
        )
    return ManagedIdentity(client_id, object_id.lower(), resource)
