"""A virtual machine's Instance Metadata Service: no secret, a header that browsers cannot send, everything a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.refusals import EntraError, described
from keyturn_emulator.identity.asking import Dialect, NotAsked, identity_of, is_metadata

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.directory.principals import ManagedIdentity
    from keyturn_emulator.identity.machine import Issued, Machine

DIALECT = Dialect("2018-02-01", {"client_id": "client_id", "object_id": "object_id", "resource_id": "msi_res_id"})
UNKNOWN = "Identity not found"
FIELDS = ("access_token", "expires_in", "expires_on", "not_before", "resource")


async def token(request: Request, machine: Machine) -> Response:
    """One token."""
    if not is_metadata(request):
        return refuse("Required metadata header not specified")
    try:
        identity, resource = identity_of(request, DIALECT, machine, UNKNOWN)
    except NotAsked as error:
        return refuse(error.what)
    try:
        return granted(machine.issue(identity, resource), identity)
    except EntraError as error:
        return forwarded(error)


def granted(issued: Issued, identity: ManagedIdentity, **more: str) -> Response:
    """The token answer, with `more` fields."""
    told = issued.texts(*FIELDS) | {"ext_expires_in": str(issued.expires_in)}
    return JSONResponse({**told, "token_type": "Bearer", "client_id": identity.application.id, **more})


def refuse(why: str) -> Response:
    """What the endpoint itself does not like."""
    return JSONResponse({"error": "invalid_request", "error_description": why}, 400)


def forwarded(error: EntraError) -> Response:
    """What Entra said no to."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    document = {"error": error.kind.error, "error_description": described(error)}
    return JSONResponse(document, error.kind.status, headers)
