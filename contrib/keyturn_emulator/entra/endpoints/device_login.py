"""`/{tenant}/oauth2/v2.0/devicecode`, and the page on which a person answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.entra.refusals import correlation_of, no_store
from keyturn_emulator.entra.requests.claims import claims_of
from keyturn_emulator.entra.requests.clients import find_client, find_tenant
from keyturn_emulator.entra.requests.form import malformed, read_form, required
from keyturn_emulator.entra.requests.scopes import user_scope
from keyturn_emulator.entra.service import base_of
from keyturn_emulator.serving import pages

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.service import Entra

PAGE_PATH = "/common/oauth2/deviceauth"


async def devicecode(request: Request, entra: Entra) -> Response:
    """RFC 8628 section 3.1 and 3.2. Entra sends no `verification_uri_complete`."""
    tenant = find_tenant(request.path_params["tenant"], entra.registry)
    form = await read_form(request, {"client_id", "scope", "claims"})
    client = find_client(required(form, "client_id"), tenant, entra.registry)
    request.state.note["client"] = client.name
    entra.policy.check_pace(in_own_name=False)
    asked = user_scope(required(form, "scope"), client, client.tenant)
    code = entra.devices.start(client, asked, claims_of(form))
    page = f"{base_of(request)}{PAGE_PATH}"
    entra.ledger.count("device.started")
    return JSONResponse(
        {
            "user_code": code.user_code,
            "device_code": code.device_code,
            "verification_uri": page,
            "expires_in": entra.settings.device_lifetime,
            "interval": code.interval,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code "
            f"{code.user_code} to authenticate.",
        },
        headers=no_store(request, correlation_of(request)),
    )


async def page(request: Request, entra: Entra) -> Response:
    """Shows the form, and takes it: one code, approved as one of the users or declined."""
    if request.method != "POST":
        return _page("Approve only a code that your own device shows you.", entra)
    form = await read_form(request, {"user_code", "user", "decision"})
    decision = required(form, "decision")
    user = entra.registry.find_user(required(form, "user"))
    if decision not in {"approve", "decline"} or user is None:
        raise malformed("no such decision or user")
    approved = decision == "approve"
    if not entra.devices.decide(required(form, "user_code"), user if approved else None):
        return _page("That code did not work. Check the code and try again.", entra, status=400)
    entra.ledger.count("device.approved" if approved else "device.declined")
    done = "You have signed in on your device." if approved else "You have declined the sign-in."
    return pages.page("Enter code", f"{done} You may close this window.")


def _page(message: str, entra: Entra, *, status: int = 200) -> Response:
    code = '<label>Code displayed in your app <input name="user_code" autocomplete="off" autofocus></label>'
    users = pages.choice("Sign in as", "user", [user.upn for user in entra.registry.users])
    body = pages.form(PAGE_PATH, [code, users], {"approve": "Approve", "decline": "Decline"})
    return pages.page("Enter code", message, body, status=status)
