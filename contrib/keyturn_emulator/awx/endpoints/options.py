"""The answer to OPTIONS: which fields there are to filter by and to send. awxkit makes its options of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx.endpoints import call
from keyturn_emulator.awx.endpoints.resources import KINDS
from keyturn_emulator.awx.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response

    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.endpoints.call import Call

_COMMON = {"id": "integer", "created": "datetime", "modified": "datetime"}
_NAMED = {**_COMMON, "name": "string", "description": "string"}
READ: dict[str, dict[str, str]] = {
    "tokens": {
        **_COMMON,
        "description": "string",
        "user": "id",
        "application": "id",
        "expires": "datetime",
        "scope": "string",
    },
    "applications": {**_NAMED, "client_type": "string", "authorization_grant_type": "string", "organization": "id"},
    "users": {**_COMMON, "username": "string", "email": "string", "is_superuser": "boolean"},
    **{name: {**_NAMED, **dict.fromkeys(kind.more, "string")} for name, kind in KINDS.items()},
}
# What can be sent, and whether it has to be.
SEND: dict[str, dict[str, tuple[str, bool]]] = {
    "tokens": {"description": ("string", False), "application": ("id", False), "scope": ("string", False)},
    "applications": {
        "name": ("string", True),
        "description": ("string", False),
        "client_type": ("string", True),
        "authorization_grant_type": ("string", True),
        "redirect_uris": ("string", False),
        "organization": ("id", True),
    },
    "jobs": {"extra_vars": ("json", False)},
}


def document(asked: Call, name: str, methods: Collection[str]) -> Response:
    """The answer for the endpoint `name`, which takes `methods`."""
    row: Row = {"name": name, "description": "", "renders": ["application/json"], "parses": ["application/json"]}
    actions: Row = {}
    if name in READ:
        actions["GET"] = {field: _field(field, kind) for field, kind in READ[name].items()}
    if "POST" in methods and name in SEND and _may_create(asked, name):
        actions["POST"] = {
            field: {**_field(field, kind), "required": required} for field, (kind, required) in SEND[name].items()
        }
    return call.answer({**row, "actions": actions} if actions else row)


def _field(name: str, kind: str) -> Row:
    return {"type": kind, "label": name.replace("_", " ").capitalize(), "filterable": True}


def _may_create(asked: Call, name: str) -> bool:
    if name == "jobs":
        return True  # awxkit cannot even list templates without it, and lists them with read tokens
    try:
        asked.caller.check_scope("POST")
    except Refusal:
        return False
    return name != "applications" or asked.caller.user.superuser
