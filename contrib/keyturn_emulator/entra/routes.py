"""Where Entra's endpoints are, what counts call them, and how their refusals are answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from keyturn_emulator.entra.endpoints import authorize, device_login, discovery
from keyturn_emulator.entra.grants.token import token
from keyturn_emulator.entra.refusals import EntraError, described, refusal
from keyturn_emulator.entra.service import Entra, base_of
from keyturn_emulator.serving import pages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    Endpoint = Callable[[Request, Entra], Awaitable[Response]]

READ = ["GET"]
# Also the methods that are refused, so that the refusal is Entra's own.
ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]

NAMES = (
    (re.compile(r"/[^/]+/v2\.0/\.well-known/openid-configuration"), "discovery"),
    (re.compile(r"/[^/]+/discovery/v2\.0/keys"), "keys"),
    (re.compile(r"/common/discovery/instance"), "instance"),
    (re.compile(r"/[^/]+/oauth2/v2\.0/token"), "token"),
    (re.compile(r"/[^/]+/oauth2/v2\.0/devicecode"), "devicecode"),
    (re.compile(r"/common/oauth2/deviceauth"), "page"),
    (re.compile(r"/[^/]+/oauth2/v2\.0/authorize"), "authorize"),
    (re.compile(r"/common/login"), "login"),
)


def endpoint_name(_method: str, path: str) -> str | None:
    """What counts, log and faults call the endpoint at `path`; None for a path that is none."""
    return next((name for pattern, name in NAMES if pattern.fullmatch(path)), None)


def application(entra: Entra) -> Starlette:
    """The endpoints of `entra`."""

    def route(path: str, methods: list[str], endpoint: Endpoint, *, for_people: bool = False) -> Route:
        async def answer(request: Request) -> Response:
            try:
                return await endpoint(request, entra)
            except EntraError as error:
                _note(error, request, entra)
                return _shown(error) if for_people else refusal(error, request, base_of(request))

        return Route(path, answer, methods=methods)

    return Starlette(
        routes=[
            route("/common/discovery/instance", READ, discovery.instance),
            route(device_login.PAGE_PATH, ["GET", "POST"], device_login.page),
            route("/{tenant}/v2.0/.well-known/openid-configuration", READ, discovery.configuration),
            route("/{tenant}/discovery/v2.0/keys", READ, discovery.keys),
            route("/{tenant}/oauth2/v2.0/token", ANY, token),
            route("/{tenant}/oauth2/v2.0/devicecode", ANY, device_login.devicecode),
            route("/{tenant}/oauth2/v2.0/authorize", READ, authorize.authorize, for_people=True),
            route(authorize.LOGIN_PATH, ["POST"], authorize.login, for_people=True),
        ]
    )


def _note(error: EntraError, request: Request, entra: Entra) -> None:
    name = endpoint_name(request.method, request.url.path)
    number = f"AADSTS{error.kind.number}"
    request.state.note["error"] = number
    request.state.note["reason"] = error.kind.error
    entra.ledger.count(f"{name}.refused", f"{name}.refused.{number}", f"{name}.refused.{error.kind.error}")


def _shown(error: EntraError) -> Response:
    """What only the person in front of the browser gets to see; nothing goes back to a client."""
    return pages.page("Sorry, but we're having trouble signing you in", described(error), status=error.kind.status)
