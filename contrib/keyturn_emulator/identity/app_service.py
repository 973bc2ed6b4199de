"""App Service, Functions, Container Apps: X-IDENTITY-HEADER, api-version 2019-08-01."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.identity.asking import Dialect, NotAsked, identity_of, presents

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.identity.machine import Machine

DIALECT = Dialect("2019-08-01", {"client_id": "client_id", "object_id": "object_id", "resource_id": "mi_res_id"})
UNKNOWN = "No User Assigned or Delegated Managed Identity found for specified identifier."


async def token(request: Request, machine: Machine) -> Response:
    """One token; `Metadata` is not asked for, as half of the SDKs do not send it (azure_programs_and_sharing.md)."""
    if not presents(request, "x-identity-header", machine.app_service_header):
        return _refuse(401, "The identity header is missing or wrong.")
    try:
        identity, resource = identity_of(request, DIALECT, machine, UNKNOWN)
    except NotAsked as error:
        return _refuse(400, error.what)
    try:
        issued = machine.issue(identity, resource)
    except EntraError as error:
        # As the real one: a resource that does not exist ends in a vague 500 (msal, managed_identity.py).
        return _refuse(error.kind.status if error.kind.status == 429 else 500, "", error.retry_after)
    told = issued.texts("access_token", "expires_on", "resource")
    return JSONResponse({**told, "token_type": "Bearer", "client_id": identity.application.id})


def _refuse(status: int, message: str, retry_after: int | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse({"statusCode": status, "message": message}, status, headers)
