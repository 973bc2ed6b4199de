"""`{oauth}/token/`: a pair for a password, and another for its refresh token.

In the order in which oauthlib looks at things, because a request with two faults gets the first one's answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.oauth.clients import UNCACHED, OAuthError, authenticate, read_form
from keyturn_emulator.awx.refusals import Refusal
from keyturn_emulator.awx.state.store import hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.awx.oauth.clients import Form
    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import AccessToken, RefreshToken

    Grant = Callable[[Server, Request, Form], AccessToken]

DEFAULT_SCOPE = "read write"


async def token(server: Server, request: Request) -> Response:
    """POST {oauth}/token/."""
    form = await read_form(request)
    if _is_too_old(server, form):
        # Before anything else, and as a page of plain text: both servers bolted this on by hand (DOT#746).
        return HTMLResponse("The refresh token has expired.", 403)
    grant = GRANTS.get(form.get("grant_type", ""))
    if grant is None:
        raise OAuthError("unsupported_grant_type")
    try:
        made = grant(server, request, form)
    except Refusal as refusal:
        if refusal.reason != "external":
            raise
        return HTMLResponse(refusals.external_text(server.dialect), 403)
    return _granted(server, made)


def _password(server: Server, request: Request, form: Form) -> AccessToken:
    application = authenticate(server, request, form)
    for name in ("username", "password"):
        if not form.get(name):
            raise OAuthError("invalid_request", f"Request is missing {name} parameter.")
    user = server.people.check(form["username"], form["password"])
    if user is None:
        raise OAuthError("invalid_grant", "Invalid credentials given.")
    if application.grant != "password":
        raise OAuthError("unauthorized_client")
    scope = form.get("scope") or DEFAULT_SCOPE
    if not set(scope.split()) <= set(server.dialect.scopes):
        raise OAuthError("invalid_scope")
    return server.issue(user, scope, "password", application)


def _refresh(server: Server, request: Request, form: Form) -> AccessToken:
    if "refresh_token" not in form:
        raise OAuthError("invalid_request", "Missing refresh token parameter.")
    application = authenticate(server, request, form)
    refresh = server.store.find_refresh(form["refresh_token"])
    if refresh is None or refresh.application is not application:
        raise OAuthError("invalid_grant")
    if refresh.revoked:
        return _raced(server, refresh)
    if refresh.access is None:
        # The token endpoint looks for the scope of an access token that is gone (DOT#585, #839).
        raise refusals.broken()
    scope = form.get("scope") or refresh.access.scope
    if not set(scope.split()) <= set(refresh.access.scope.split()):
        raise OAuthError("invalid_scope")
    return _rotate(server, refresh, scope)


def _rotate(server: Server, refresh: RefreshToken, scope: str) -> AccessToken:
    # First the new pair: an external account that is let in no more must not lose the old one for nothing.
    made = server.issue(refresh.user, scope, "refresh", refresh.application)
    server.store.revoke_refresh(refresh)
    refresh.successor, refresh.spent = made, server.clock.now()
    return made


def _raced(server: Server, refresh: RefreshToken) -> AccessToken:
    """What the loser of a race gets: the winner's pair, as the table has it; OAuthError for who just came late.

    Requests are served one after another here, so the settings say for how long a second one is at the same time.
    """
    late = server.clock.now() - refresh.spent >= server.settings.awx_refresh_race
    if refresh.successor is None or late:
        raise OAuthError("invalid_grant")
    server.count("raced")
    return _as_stored(refresh.successor) if server.dialect.hashes else refresh.successor


def _as_stored(token: AccessToken) -> AccessToken:
    """A copy with hashes for values, good for nothing: it is not on record."""
    refresh = token.refresh and replace(token.refresh, value=hashed(token.refresh.value))
    return replace(token, value=hashed(token.value), refresh=refresh)


def _code(server: Server, request: Request, form: Form) -> AccessToken:
    if "code" not in form:
        raise OAuthError("invalid_request", "Missing code parameter.")
    application = authenticate(server, request, form)
    if application.grant != "authorization-code":
        raise OAuthError("unauthorized_client")
    code = server.codes.find(form["code"])
    if code is None or code.application is not application or code.redirect_uri != form.get("redirect_uri"):
        raise OAuthError("invalid_grant")
    if code.challenge is not None and not code.challenge.met_by(form.get("code_verifier", "")):
        raise OAuthError("invalid_grant")
    # Only here is an external account told that it gets none.
    made = server.issue(code.user, code.scope, "code", application)
    server.codes.spend(code)
    return made


def _client_credentials(server: Server, request: Request, form: Form) -> AccessToken:
    authenticate(server, request, form)
    # No application can be registered for it (migrations 0046 and 0079 of AWX).
    raise OAuthError("unauthorized_client")


def _is_too_old(server: Server, form: Form) -> bool:
    refresh = server.store.find_refresh(form.get("refresh_token", ""))
    if refresh is None or form.get("grant_type") != "refresh_token":
        return False
    return refresh.created + server.settings.awx_refresh_lifetime < server.clock.now()


def _granted(server: Server, made: AccessToken) -> Response:
    answer = {
        "access_token": made.value,
        "expires_in": round(made.expires - made.created),
        "token_type": "Bearer",
        "scope": made.scope,
    }
    if made.refresh is not None:
        answer["refresh_token"] = made.refresh.value
    return JSONResponse(answer, server.dialect.granted, UNCACHED)


GRANTS: dict[str, Grant] = {
    "password": _password,
    "refresh_token": _refresh,
    "authorization_code": _code,
    "client_credentials": _client_credentials,
}
