"""Azure Machine Learning: the App Service endpoint of 2017, header `secret`, and `clientid` in one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.identity.asking import Dialect, NotAsked, identity_of, presents

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.identity.machine import Machine

# That version knows an identity by nothing but its client id.
DIALECT = Dialect("2017-09-01", {"client_id": "clientid"})
UNKNOWN = "No such identity is assigned."


async def token(request: Request, machine: Machine) -> Response:
    """One token."""
    if not presents(request, "secret", machine.machine_learning_secret):
        return _refuse(401, "The secret is missing or wrong.")
    try:
        identity, resource = identity_of(request, DIALECT, machine, UNKNOWN)
    except NotAsked as error:
        return _refuse(400, error.what)
    try:
        issued = machine.issue(identity, resource)
    except EntraError as error:
        return _refuse(error.kind.status, "")
    return JSONResponse({**issued.texts("access_token", "expires_on", "resource"), "token_type": "Bearer"})


def _refuse(status: int, message: str) -> Response:
    return JSONResponse({"statusCode": status, "message": message}, status)
