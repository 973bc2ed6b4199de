"""Azure Cloud Shell: a POST, no secret, and the token is that of the person who sits there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.answers import NO_PROOF
from keyturn_emulator.entra.refusals import EntraError, described
from keyturn_emulator.entra.requests.form import read_form, required
from keyturn_emulator.entra.requests.scopes import user_scope
from keyturn_emulator.identity.asking import is_metadata

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.identity.machine import Issued, Machine

FIELDS = ("access_token", "expires_in", "expires_on", "not_before", "resource")


async def token(request: Request, machine: Machine) -> Response:
    """One token of the first user."""
    if not is_metadata(request):
        return _refuse(400, "bad_request_100", "Required metadata header not specified")
    try:
        form = await read_form(request, {"resource"})
        issued = _issue(required(form, "resource"), machine)
    except EntraError as error:
        return _refuse(error.kind.status, error.kind.error, described(error))
    return JSONResponse({**issued.texts(*FIELDS), "token_type": "Bearer"})


def _issue(resource: str, machine: Machine) -> Issued:
    registry, entra = machine.entra.registry, machine.entra
    asked = user_scope(f"{resource}/.default", registry.device, registry.tenant)
    entra.policy.admit(asked, {})
    answer = entra.answers.for_user(
        registry.users[0],
        registry.device,
        asked,
        machine.authority,
        proof=NO_PROOF,
        refresh_token=None,
        client_info=False,
    )
    return machine.issued(answer, resource)


def _refuse(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
