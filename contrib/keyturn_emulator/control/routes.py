"""`/emulator/…` on the Entra port: JSON in, JSON out, and only for who holds the control key."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from keyturn_emulator.control import awx_verbs, entra_verbs, verbs

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from keyturn_emulator.control.verbs import Verb
    from keyturn_emulator.world import World

PREFIX = "/emulator"

VERBS: tuple[tuple[str, str, Verb], ...] = (
    ("GET", "/counts", verbs.counts),
    ("POST", "/counts/reset", verbs.reset_counts),
    ("GET", "/log", verbs.log),
    ("GET", "/wait", verbs.wait),
    ("GET", "/devices", entra_verbs.devices),
    ("POST", "/devices/approve", entra_verbs.approve),
    ("POST", "/devices/decline", entra_verbs.decline),
    ("GET", "/sign-ins", entra_verbs.sign_ins),
    ("POST", "/accounts/revoke", entra_verbs.revoke_account),
    ("POST", "/resources/demand", entra_verbs.demand),
    ("POST", "/resources/refuse", entra_verbs.refuse),
    ("POST", "/resources/allow", entra_verbs.allow),
    ("POST", "/throttle", entra_verbs.throttle),
    ("POST", "/clients/service/certificates", entra_verbs.register_certificate),
    ("POST", "/federation/token", entra_verbs.federated_token),
    ("POST", "/tokens/revoke", entra_verbs.revoke_tokens),
    ("POST", "/refresh-tokens/revoke", entra_verbs.revoke_refresh_tokens),
    ("POST", "/registry/revoke", verbs.revoke_registry_tokens),
    ("GET", "/awx/tokens", awx_verbs.tokens),
    ("POST", "/awx/revoke", awx_verbs.revoke),
    ("POST", "/awx/expire", awx_verbs.expire),
    ("POST", "/awx/password", awx_verbs.change_password),
    ("GET", "/faults", verbs.faults),
    ("POST", "/faults", verbs.order_fault),
    ("DELETE", "/faults", verbs.clear_faults),
    ("POST", "/faults/release", verbs.release),
    ("GET", "/settings", verbs.settings),
    ("POST", "/settings", verbs.settings),
    ("POST", "/clock/advance", verbs.advance),
    ("POST", "/clock/skew", verbs.skew),
    ("POST", "/clients/service/secret", entra_verbs.change_secret),
    ("POST", "/repositories", verbs.create_repository),
    ("POST", "/reset", verbs.reset),
)


def application(world: World, rest: ASGIApp) -> Starlette:
    """The controls of `world` under PREFIX, and `rest` for every other path."""

    def route(method: str, path: str, verb: Verb) -> Route:
        async def answer(request: Request) -> JSONResponse:
            if not _holds_key(request, world.control_key):
                return _problem(401, "the control key is missing or wrong")
            try:
                return JSONResponse(await verb(world, await _read(request)))
            except TimeoutError:
                return _problem(408, "it did not happen in time")
            except (ValueError, KeyError, TypeError) as error:
                return _problem(400, f"{type(error).__name__}: {error}")

        return Route(path, answer, methods=[method])

    controls = [route(*verb) for verb in VERBS]
    return Starlette(routes=[Mount(PREFIX, routes=controls), Mount("/", app=rest)])


async def _read(request: Request) -> dict[str, object]:
    """Query fields and the JSON object of the body, in one."""
    body = await request.body()
    given = json.loads(body) if body else {}
    if not isinstance(given, dict):
        raise TypeError("the body is no JSON object")
    return {**request.query_params, **given}


def _holds_key(request: Request, key: str) -> bool:
    presented = request.headers.get("authorization", "")
    return hmac.compare_digest(presented.encode(), f"Bearer {key}".encode())


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")
