"""The endpoints that come from django-oauth-toolkit, which know nothing of the API's manners."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response

from keyturn_emulator.awx.oauth.clients import OAuthError, authenticate, read_form
from keyturn_emulator.awx.oauth.grants import token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from keyturn_emulator.awx.state.server import Server

    Endpoint = Callable[[Server, Request], Awaitable[Response]]


async def revoke(server: Server, request: Request) -> Response:
    """POST {oauth}/revoke_token/: any client may revoke any token whose value it has, personal ones too."""
    form = await read_form(request)
    if not form.get("token"):
        raise OAuthError("invalid_request", "Missing token parameter.")
    authenticate(server, request, form)
    if server.dialect.hashes:
        # It looks for the clear value in a table of hashes, finds nothing, and says what it says of unknown tokens.
        return HTMLResponse("")
    store = server.store
    access, refresh = store.find(form["token"]), store.find_refresh(form["token"])
    if access is not None:
        store.delete(access)
    if refresh is not None:
        store.revoke_refresh(refresh)
    if access is not None or refresh is not None:
        server.count("revoked")
    return HTMLResponse("")


async def authorize(server: Server, request: Request) -> Response:
    """GET {oauth}/authorize/: nobody has a session here, so everybody is sent to sign in."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    answer = RedirectResponse(f"{server.dialect.login}?next={quote(path)}", 302)
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer


METHODS: dict[str, tuple[str, Endpoint]] = {
    "token": ("POST", token),
    "revoke_token": ("POST", revoke),
    "authorize": ("GET", authorize),
}


async def serve(server: Server, request: Request, endpoint: str) -> Response:
    """Answer a request to `{oauth}/ENDPOINT/`."""
    method, handler = METHODS[endpoint]
    if request.method != method:
        status = 200 if request.method == "OPTIONS" else 405
        return HTMLResponse("", status, {"Allow": f"{method}, OPTIONS"})
    try:
        return await handler(server, request)
    except OAuthError as error:
        request.state.note["reason"] = error.error
        server.count(f"oauth.{endpoint}.refused", f"oauth.{endpoint}.refused.{error.error}")
        return error.response()
