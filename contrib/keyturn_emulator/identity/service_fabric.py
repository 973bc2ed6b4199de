"""Service Fabric: https with a certificate that the caller knows by its SHA-1, and the header Secret."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.refusals import EntraError, described
from keyturn_emulator.identity.asking import Dialect, NotAsked, presents, query_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.identity.machine import Machine

# Which identity it is, the cluster's manifest says; a caller cannot choose.
DIALECT = Dialect("2019-07-01-preview", {}, ("token_sha256_to_refresh", "xms_cc"))


async def token(request: Request, machine: Machine) -> Response:
    """One token; with `xms_cc` one of continuous access evaluation."""
    if not presents(request, "secret", machine.fabric_secret):
        return _refuse(401, "SecretHeaderNotFound", "Secret is not found in the request headers, or wrong.")
    try:
        query = query_of(request, DIALECT)
    except NotAsked as error:
        return _refuse(400, "ArgumentNullOrEmpty", error.what)
    capable = "cp1" in query.get("xms_cc", "").lower().split(",")
    try:
        issued = machine.issue(machine.entra.registry.machine, query["resource"], capable=capable)
    except EntraError as error:
        return _refuse(error.kind.status, "InternalServerError", described(error))
    # The documentation shows a number, the real one sends a text.
    return JSONResponse({**issued.texts("access_token", "expires_on", "resource"), "token_type": "Bearer"})


def _refuse(status: int, code: str, message: str) -> Response:
    error = {"correlationId": str(uuid.uuid4()), "code": code, "message": message}
    return JSONResponse({"error": error}, status)
