"""`/{tenant}/oauth2/v2.0/token`: three grants, each with the parameters it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError, correlation_of, no_store
from keyturn_emulator.entra.requests.clients import authenticate, find_tenant
from keyturn_emulator.entra.requests.form import Form, malformed, read_form, required
from keyturn_emulator.entra.requests.scopes import application_scope, user_scope
from keyturn_emulator.entra.service import base_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.directory.registry import Application, Tenant
    from keyturn_emulator.entra.service import Entra

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
# Without this word there is no refresh token in the answer (OpenID Connect Core section 11).
OFFLINE = "offline_access"
ALWAYS = {"client_id", "client_secret", "grant_type", "client_info", "claims"}
PARAMETERS = {
    "client_credentials": ALWAYS | {"scope"},
    "refresh_token": ALWAYS | {"scope", "refresh_token"},
    # MSAL sends the device code as `code` as well.
    DEVICE_CODE: ALWAYS | {"device_code", "code"},
}
# What counts and logs call the grants.
NAMES = {"client_credentials": "client_credentials", "refresh_token": "refresh_token", DEVICE_CODE: "device_code"}


async def token(request: Request, entra: Entra) -> Response:
    """Answer one token request, or raise EntraError."""
    tenant = find_tenant(request.path_params["tenant"], entra.registry)
    form = await read_form(request, frozenset().union(*PARAMETERS.values()))
    grant = required(form, "grant_type")
    if grant not in PARAMETERS:
        raise EntraError(refusals.UNSUPPORTED_GRANT)
    request.state.note["grant"] = NAMES[grant]
    entra.ledger.count(f"token.{NAMES[grant]}")
    if set(form) - PARAMETERS[grant]:
        raise malformed("a parameter does not belong to this grant")
    if form.get("client_info", "1") != "1":
        raise malformed("the parameter 'client_info' can only be 1")
    client = _client(request, form, tenant, entra)
    answer = HANDLERS[grant](form, client, tenant, base_of(request), entra)
    entra.ledger.count("token.issued", f"token.issued.{NAMES[grant]}")
    return JSONResponse(answer, headers=no_store(request, correlation_of(request)))


def _client(request: Request, form: Form, tenant: Tenant | None, entra: Entra) -> Application:
    client = authenticate(request.headers, form, tenant, entra.registry)
    request.state.note["client"] = client.name
    entra.ledger.count(f"token.{client.name}", f"token.{request.state.note['grant']}.{client.name}")
    return client


def _client_credentials(form: Form, client: Application, tenant: Tenant | None, base: str, entra: Entra) -> Answer:
    if tenant is None:
        # There is no user whose tenant it could be.
        raise EntraError(refusals.NO_TENANT)
    if client.public:
        raise EntraError(refusals.SECRET_MISSING)
    asked = application_scope(required(form, "scope"), tenant)
    return entra.answers.for_application(client, asked, base)


def _refresh_token(form: Form, client: Application, _tenant: Tenant | None, base: str, entra: Entra) -> Answer:
    text = required(form, "refresh_token")
    asked = user_scope(required(form, "scope"), client, client.tenant)
    family = entra.refresh_tokens.redeem(text, client)
    following = entra.refresh_tokens.rotate(family) if OFFLINE in asked.words else None
    return entra.answers.for_user(
        family.user, client, asked, base, refresh_token=following, client_info="client_info" in form
    )


def _device_code(form: Form, client: Application, _tenant: Tenant | None, base: str, entra: Entra) -> Answer:
    entra.ledger.count("device.poll")
    device_code = required(form, "device_code")
    if form.get("code", device_code) != device_code:
        raise malformed("the parameters 'code' and 'device_code' differ")
    code, user = entra.devices.poll(device_code, client)
    first = entra.refresh_tokens.start(user, client) if OFFLINE in code.asked.words else None
    return entra.answers.for_user(
        user, client, code.asked, base, refresh_token=first, client_info="client_info" in form
    )


HANDLERS = {
    "client_credentials": _client_credentials,
    "refresh_token": _refresh_token,
    DEVICE_CODE: _device_code,
}
