"""The endpoints that come from django-oauth-toolkit, which know nothing of the API's manners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from keyturn_emulator.awx.oauth import authorize
from keyturn_emulator.awx.oauth.clients import OAuthError, authenticate, read_form
from keyturn_emulator.awx.oauth.grants import token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

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


METHODS: dict[str, dict[str, Endpoint]] = {
    "token": {"POST": token},
    "revoke_token": {"POST": revoke},
    "authorize": {"GET": authorize.show, "POST": authorize.decide},
    # Not one of the toolkit's, and not below its path, but what its authorize leads to.
    "login": {"GET": authorize.log_in, "POST": authorize.log_in},
}


async def serve(server: Server, request: Request, endpoint: str) -> Response:
    """Answer a request to `{oauth}/ENDPOINT/`."""
    methods = METHODS[endpoint]
    if request.method not in methods:
        status = 200 if request.method == "OPTIONS" else 405
        return HTMLResponse("", status, {"Allow": ", ".join([*methods, "OPTIONS"])})
    try:
        return await methods[request.method](server, request)
    except OAuthError as error:
        request.state.note["reason"] = error.error
        server.count(f"oauth.{endpoint}.refused", f"oauth.{endpoint}.refused.{error.error}")
        return error.response()
