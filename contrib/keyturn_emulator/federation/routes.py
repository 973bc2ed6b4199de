"""Where a job asks for its token: GitHub Actions by GET, Azure Pipelines by POST (reference/entra.md section 2)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from keyturn_emulator.bearer.header import bearer_token
from keyturn_emulator.bearer.signing import TokenRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from keyturn_emulator.federation.issuers import Issuers

GITHUB = "/github/idtoken"
GITHUB_VERSION = "2.0"
# What a token is for if nobody says (it is no audience that Entra takes).
GITHUB_AUDIENCE = "https://github.com/contoso"
PIPELINES = "/pipelines/oidctoken"
PIPELINES_VERSION = "7.1"
SIGN_IN = "https://spsprodeus.vssps.visualstudio.example/_signin"

NAMES = {GITHUB: "oidc.github", PIPELINES: "oidc.pipelines"}


def endpoint_name(_method: str, path: str) -> str | None:
    """What counts, log and faults call the endpoint at `path`; None for a path that is none."""
    return NAMES.get(path)


def application(issuers: Issuers, beside: Sequence[BaseRoute]) -> Starlette:
    """The endpoints of the CI systems, and what else is served on their port."""

    async def github(request: Request) -> Response:
        return _github(request, issuers)

    async def pipelines(request: Request) -> Response:
        return _pipelines(request, issuers)

    routes = [Route(GITHUB, github, methods=["GET"]), Route(PIPELINES, pipelines, methods=["POST"])]
    return Starlette(routes=[*routes, *beside])


def environments(issuers: Issuers, base: str) -> dict[str, dict[str, str]]:
    """The variables that a job finds, by CI system. GitHub's URL has a query already."""
    return {
        "github-actions": {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{base}{GITHUB}?api-version={GITHUB_VERSION}",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": issuers.github_bearer,
        },
        "azure-pipelines": {
            "SYSTEM_OIDCREQUESTURI": f"{base}{PIPELINES}",
            "SYSTEM_ACCESSTOKEN": issuers.pipelines_bearer,
        },
    }


def _github(request: Request, issuers: Issuers) -> Response:
    if not _bears(request, issuers.github_bearer):
        return PlainTextResponse("the token of the job is missing or wrong", 401)
    query = request.query_params.multi_items()
    asked = dict(query)
    if len(asked) != len(query) or set(asked) - {"api-version", "audience"}:
        return PlainTextResponse("a parameter is not known here, or there twice", 400)
    if asked.get("api-version") != GITHUB_VERSION:
        return PlainTextResponse("no such api-version", 400)
    value = issuers.github_token(asked.get("audience", GITHUB_AUDIENCE))
    return JSONResponse({"count": len(value), "value": value})


def _pipelines(request: Request, issuers: Issuers) -> Response:
    if not _bears(request, issuers.pipelines_bearer):
        if request.headers.get("x-tfs-fedauthredirect") == "Suppress":
            return PlainTextResponse("the token of the job is missing or wrong", 401)
        # A program that does not say so is taken for a browser, and its POST ends on a page.
        return RedirectResponse(SIGN_IN, 302)
    if dict(request.query_params) != {
        "api-version": PIPELINES_VERSION,
        "serviceConnectionId": issuers.service_connection,
    }:
        return JSONResponse({"message": "There is no such service connection, or no such version."}, 404)
    return JSONResponse({"oidcToken": issuers.pipelines_token()})


def _bears(request: Request, secret: str) -> bool:
    try:
        return hmac.compare_digest(bearer_token(request.headers).encode(), secret.encode())
    except TokenRefused:
        return False
