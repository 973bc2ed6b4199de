"""`/{tenant}/oauth2/v2.0/authorize`: who signs in, as what, and the way back to the client (RFC 6749 section 4.1)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse

from keyturn_emulator.entra.answers import client_info_of
from keyturn_emulator.entra.refusals import EntraError, Kind, described
from keyturn_emulator.entra.requests.authorization import PARAMETERS, authorization_of, destination_of
from keyturn_emulator.entra.requests.clients import find_tenant
from keyturn_emulator.entra.requests.form import malformed, parse_form, read_form, required
from keyturn_emulator.serving import pages

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.directory.principals import User
    from keyturn_emulator.entra.issued.sign_ins import SignIn
    from keyturn_emulator.entra.requests.authorization import Authorization, Destination
    from keyturn_emulator.entra.service import Entra

LOGIN_PATH = "/common/login"
COOKIE = "ESTSAUTH"

NO_SESSION = Kind(50058, "login_required", "A silent sign-in request was sent but no user is signed in.")
NO_SIGN_IN = Kind(165000, "invalid_request", "This sign-in has ended. Start again from the application.")
# A page that may not be shown is told by another word than the token endpoint has for the same number.
NO_CONSENT = Kind(
    65001,
    "interaction_required",
    "The user or administrator has not consented to use the application with ID '{client}'.",
)
CANCELLED = Kind(65004, "access_denied", "User declined to consent to access the app.")


async def authorize(request: Request, entra: Entra) -> Response:
    """Show a page, or send back at once who is signed in already."""
    tenant = find_tenant(request.path_params["tenant"], entra.registry)
    form = parse_form(request.scope["query_string"])
    if set(form) - PARAMETERS:
        raise malformed("a parameter is not known to this endpoint")
    destination = destination_of(form, tenant, entra.registry)
    request.state.note["client"] = destination.client.name
    try:
        asked = authorization_of(form, destination)
        user = _signed_in(asked, request, entra)
    except EntraError as error:
        return _refuse(destination, error, entra)
    sign_in = entra.sign_ins.start(asked)
    entra.ledger.count("authorize.shown")
    return _choose(sign_in, entra) if user is None else _as_user(sign_in, user, entra)


async def login(request: Request, entra: Entra) -> Response:
    """What a person decides on one of the pages: `continue` as a user, `cancel`, `accept`, `decline`."""
    form = await read_form(request, {"sign_in", "decision", "user"})
    sign_in = entra.sign_ins.find(required(form, "sign_in"))
    if sign_in is None:
        raise EntraError(NO_SIGN_IN)
    decision = required(form, "decision")
    if decision in {"cancel", "decline"}:
        entra.sign_ins.end(sign_in)
        return _refuse(sign_in.request.destination, EntraError(CANCELLED), entra)
    if decision == "accept" and sign_in.user is not None:
        return _finish(sign_in, sign_in.user, entra)
    user = entra.registry.find_user(required(form, "user"))
    if decision != "continue" or user is None:
        raise malformed("no such decision or user")
    answer = _as_user(sign_in, user, entra)
    answer.set_cookie(COOKIE, entra.sign_ins.remember(user), secure=True, httponly=True, samesite="none")
    return answer


def _signed_in(asked: Authorization, request: Request, entra: Entra) -> User | None:
    """Who goes on without choosing an account; EntraError where nobody may be asked and nobody is known."""
    user = entra.sign_ins.user_of(request.cookies.get(COOKIE))
    if user is not None and asked.login_hint is not None and asked.login_hint.lower() != user.upn:
        user = None
    if "none" in asked.prompts and user is None:
        raise EntraError(NO_SESSION)
    return None if asked.prompts & {"login", "select_account"} else user


def _choose(sign_in: SignIn, entra: Entra) -> Response:
    asked = sign_in.request
    domain = asked.domain_hint or ""
    known = [user.upn for user in entra.registry.users]
    # A hint leaves the accounts of its domain; one that fits nobody is passed over.
    users = [upn for upn in known if upn.endswith(f"@{domain.lower()}")] or known
    fields = [
        pages.hidden("sign_in", sign_in.id),
        pages.choice("Sign in as", "user", users, (asked.login_hint or "").lower()),
    ]
    buttons = {"continue": "Sign in", "cancel": "Cancel"}
    return _page(
        sign_in, "Pick an account", f"to go on to {asked.client.name}", pages.form(LOGIN_PATH, fields, buttons)
    )


def _as_user(sign_in: SignIn, user: User, entra: Entra) -> Response:
    asked = sign_in.request
    sign_in.user = user
    try:
        entra.policy.admit(asked.asked, asked.wanted.wanted, page=True)
    except EntraError:
        # The person is shown why, and there is no way on from there.
        entra.sign_ins.end(sign_in)
        raise
    if "consent" not in asked.prompts and not entra.settings.consent_asked:
        return _finish(sign_in, user, entra)
    if "none" in asked.prompts:
        entra.sign_ins.end(sign_in)
        return _refuse(asked.destination, EntraError(NO_CONSENT, client=asked.client.id), entra)
    fields = [pages.hidden("sign_in", sign_in.id)]
    buttons = {"accept": "Accept", "decline": "Decline"}
    message = f"{asked.client.name} asks for {asked.asked.answered()} as {user.upn}"
    return _page(sign_in, "Permissions requested", message, pages.form(LOGIN_PATH, fields, buttons))


def _page(sign_in: SignIn, title: str, message: str, body: str) -> Response:
    url = urlsplit(sign_in.request.redirect_uri)
    return pages.page(title, message, body, forms_to=f"'self' {url.scheme}://{url.netloc}")


def _finish(sign_in: SignIn, user: User, entra: Entra) -> Response:
    entra.sign_ins.end(sign_in)
    asked = sign_in.request
    fields = {"code": entra.codes.issue(asked, user)}
    if asked.client_info:
        fields["client_info"] = client_info_of(user)
    entra.ledger.count("authorize.code")
    return _send(asked.destination, {**fields, "session_state": str(uuid.uuid4())}, entra)


def _refuse(destination: Destination, error: EntraError, entra: Entra) -> Response:
    entra.ledger.count("authorize.refused", f"authorize.refused.AADSTS{error.kind.number}")
    fields = {"error": error.kind.error, "error_description": described(error)}
    if error.kind is CANCELLED:
        fields["error_subcode"] = "cancel"
    return _send(destination, fields, entra)


def _send(destination: Destination, fields: dict[str, str], entra: Entra) -> Response:
    """Back to the client, with its state, the way it asked for."""
    if destination.state is not None:
        fields["state"] = destination.state
    mode = "query" if entra.settings.answers_by_query else destination.response_mode
    if mode == "form_post":
        return pages.sent_on(destination.redirect_uri, fields)
    url = urlsplit(destination.redirect_uri)
    # `http://localhost:8400` comes back as `http://localhost:8400/` (reference/entra.md section 4, redirects).
    part = (
        {"query": f"{url.query}&{urlencode(fields)}".lstrip("&")}
        if mode == "query"
        else {"fragment": urlencode(fields)}
    )
    return RedirectResponse(url._replace(path=url.path or "/", **part).geturl(), 302, {"Cache-Control": "no-store"})
