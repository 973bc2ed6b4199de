"""`/{tenant}/oauth2/v2.0/token`: the grants, each with the parameters it takes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import JSONResponse

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.grants import (
    authorization_code,
    client_credentials,
    device_code,
    on_behalf_of,
    refresh_token,
)
from keyturn_emulator.entra.grants.call import ALWAYS, Call
from keyturn_emulator.entra.refusals import EntraError, correlation_of, no_store
from keyturn_emulator.entra.requests.clients import authenticate, find_tenant
from keyturn_emulator.entra.requests.form import Form, malformed, read_form, required
from keyturn_emulator.entra.service import base_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.directory.principals import Application, Tenant
    from keyturn_emulator.entra.service import Entra


class Grant(NamedTuple):
    """name: what counts and logs call it. parameters: those it takes beside ALWAYS."""

    name: str
    parameters: frozenset[str]
    perform: Callable[[Call], Answer]


DEVICE_CODE = Grant("device_code", device_code.PARAMETERS, device_code.perform)
GRANTS = {
    "client_credentials": Grant("client_credentials", client_credentials.PARAMETERS, client_credentials.perform),
    "refresh_token": Grant("refresh_token", refresh_token.PARAMETERS, refresh_token.perform),
    "authorization_code": Grant("authorization_code", authorization_code.PARAMETERS, authorization_code.perform),
    "urn:ietf:params:oauth:grant-type:device_code": DEVICE_CODE,
    # Microsoft's own word, which is older than RFC 8628: MSAL for Go, Node, Java and .NET say it to this day.
    "device_code": DEVICE_CODE,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": Grant(
        "on_behalf_of", on_behalf_of.PARAMETERS, on_behalf_of.perform
    ),
}
KNOWN = ALWAYS.union(*(grant.parameters for grant in GRANTS.values()))


async def token(request: Request, entra: Entra) -> Response:
    """Answer one token request, or raise EntraError."""
    tenant = find_tenant(request.path_params["tenant"], entra.registry)
    form = await read_form(request, KNOWN)
    wanted = required(form, "grant_type")
    if wanted not in GRANTS:
        raise EntraError(refusals.UNSUPPORTED_GRANT)
    grant = GRANTS[wanted]
    request.state.note["grant"] = grant.name
    entra.ledger.count(f"token.{grant.name}")
    _check_parameters(form, grant)
    entra.policy.check_pace(in_own_name=grant.name == "client_credentials")
    client = _client(request, form, tenant, entra)
    answer = grant.perform(Call(form, client, tenant, base_of(request), entra))
    entra.ledger.count("token.issued", f"token.issued.{grant.name}")
    return JSONResponse(answer, headers=no_store(request, correlation_of(request)))


def _check_parameters(form: Form, grant: Grant) -> None:
    if set(form) - ALWAYS - grant.parameters:
        raise malformed("a parameter does not belong to this grant")
    if form.get("client_info", "1") != "1":
        raise malformed("the parameter 'client_info' can only be 1")


def _client(request: Request, form: Form, tenant: Tenant | None, entra: Entra) -> Application:
    # An assertion's audience: this endpoint by the tenant's id, never by its domain (reference/entra.md section 2).
    at = tenant.id if tenant else request.path_params["tenant"].lower()
    audiences = (f"{base_of(request)}/{at}/oauth2/v2.0/token",)
    verify = partial(entra.assertions.verify, audiences=audiences)
    client = authenticate(request.headers, form, tenant, entra.registry, verify)
    request.state.note["client"] = client.name
    entra.ledger.count(f"token.{client.name}", f"token.{request.state.note['grant']}.{client.name}")
    return client
