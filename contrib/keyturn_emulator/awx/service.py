"""The ASGI application of one server: what Django and its REST framework do before and after each endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse

from keyturn_emulator.awx import refusals, routes
from keyturn_emulator.awx.authentication import authenticate
from keyturn_emulator.awx.endpoints import options
from keyturn_emulator.awx.endpoints.call import Call
from keyturn_emulator.awx.oauth import routes as oauth
from keyturn_emulator.awx.refusals import Refusal

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from keyturn_emulator.awx.authentication import Caller
    from keyturn_emulator.awx.routes import Route
    from keyturn_emulator.awx.state.server import Server

ACCEPTED = {"", "*/*", "application/*", "application/json"}


class AwxService:
    """Answers for `server`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request({**scope, "path": routes.behind_proxy(scope["path"])}, receive)
        try:
            response = await self._answer(request)
        except Refusal as refusal:
            response = self._refused(request, refusal)
        except ClientDisconnect:
            return  # in the middle of its body: nobody is left to answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        found = routes.find(self._server.dialect, path)
        if found is None:
            if routes.find(self._server.dialect, f"{path}/"):
                return _with_slash(request)
            raise refusals.no_page()
        route, named = found
        if route.oauth:
            return await oauth.serve(self._server, request, route.oauth)
        return await self._endpoint(request, route, named)

    async def _endpoint(self, request: Request, route: Route, named: dict[str, str]) -> Response:
        try:
            response = await self._admitted(request, route, named)
        except Refusal as refusal:
            response = self._refused(request, refusal)
            if refusal.is_page:
                # It went wrong so badly that the framework had no part in the answer.
                return response
        response.headers["Allow"] = route.allowed
        return response

    async def _admitted(self, request: Request, route: Route, named: dict[str, str]) -> Response:
        if not _accepted(request):
            raise refusals.not_acceptable()
        caller = self._caller(request, route)
        call = Call(request, self._server, named, caller)
        response = await _dispatch(call, route)
        if caller is not None:
            response.headers.update(self._server.dialect.headers)
        return response

    def _caller(self, request: Request, route: Route) -> Caller | None:
        if route.open:
            return None
        caller = authenticate(self._server, request.headers)
        if not route.lax:
            caller.check_scope(request.method)
        return caller

    def _refused(self, request: Request, refusal: Refusal) -> Response:
        request.state.note["reason"] = refusal.reason
        self._server.count("refused", f"refused.{refusal.reason}")
        return refusal.response()


async def _dispatch(call: Call, route: Route) -> Response:
    method = "GET" if call.request.method == "HEAD" else call.request.method
    if method == "OPTIONS":
        return options.document(call, call.path.get("collection", route.name), route.methods)
    view = route.methods.get(method)
    if view is None:
        raise refusals.wrong_method(method)
    return await view(call)


def _accepted(request: Request) -> bool:
    """Whether the caller takes JSON. Which one it likes best does not matter where there is one."""
    offered = request.headers.get("accept", "").split(",")
    return any(part.partition(";")[0].strip().lower() in ACCEPTED for part in offered)


def _with_slash(request: Request) -> Response:
    """Whoever follows this turns a POST into a GET."""
    query = f"?{request.url.query}" if request.url.query else ""
    return HTMLResponse("", 301, {"Location": f"{request.url.path}/{query}"})
