"""The git host: an organisation's front door, and its repositories behind the doorkeeper."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse

from keyturn_emulator.bearer.signing import ClaimsChallenged, TokenRefused
from keyturn_emulator.federation.routes import SIGN_IN
from keyturn_emulator.git import large_files
from keyturn_emulator.git.backend import Backend, variables
from keyturn_emulator.git.repositories import split_path

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Receive, Scope, Send

    from keyturn_emulator.git.access import Doorkeeper
    from keyturn_emulator.git.repositories import Address, Repositories
    from keyturn_emulator.ledger import Ledger

ENDPOINTS = {
    ("GET", "/info/refs"): "git.refs",
    ("POST", "/git-upload-pack"): "git.upload-pack",
    ("POST", "/git-receive-pack"): "git.receive-pack",
}
FRONT_DOOR = re.compile(r"/([^/]+)/?")
SERVICES = ("service=git-upload-pack", "service=git-receive-pack")
NOT_FOUND = (
    "TF401019: The Git repository with name or identifier does not exist or you do not have permissions for "
    "the operation you are attempting."
)


def endpoint_name(method: str, path: str) -> str | None:
    """What counts, log and faults call a request; None for what git does not ask of a smart server."""
    for (wanted, ending), name in ENDPOINTS.items():
        if method == wanted and path.endswith(ending):
            return name
    return "organisation" if FRONT_DOOR.fullmatch(path) else large_files.endpoint_name(method, path)


class GitHost:
    """ASGI application of the git port. `organisations`: those that exist, lower-cased."""

    def __init__(
        self, repositories: Repositories, doorkeeper: Doorkeeper, organisations: Collection[str], ledger: Ledger
    ) -> None:
        self._repositories = repositories
        self._doorkeeper = doorkeeper
        self._organisations = organisations
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: first who asks, then what for, as Azure Repos does."""
        request = Request(scope)
        try:
            claims = self._doorkeeper.admit(request.headers)
        except TokenRefused as refused:
            answer: ASGIApp = self._refuse(request, refused)
        else:
            self._ledger.count("git.authorized")
            answer = self._route(request, str(claims.get("upn") or claims["appid"]))
        await answer(scope, receive, send)

    def _refuse(self, request: Request, refused: TokenRefused) -> ASGIApp:
        door = FRONT_DOOR.fullmatch(request.url.path)
        if door and door[1].lower() not in self._organisations:
            return PlainTextResponse("no such organisation", 404)
        if door and request.headers.get("x-tfs-fedauthredirect") != "Suppress":
            # A program that does not say so is taken for a browser.
            return RedirectResponse(SIGN_IN, 302)
        request.state.note["reason"] = refused.reason
        if refused.reason == "anonymous":
            self._ledger.count("git.anonymous")
        else:
            self._ledger.count("git.refused", f"git.refused.{refused.reason}")
        return self._doorkeeper.challenge(refused.claims if isinstance(refused, ClaimsChallenged) else None)

    def _route(self, request: Request, user: str) -> ASGIApp:
        raw_path = request.scope["raw_path"].decode("latin-1")
        door = FRONT_DOOR.fullmatch(raw_path)
        if door and door[1].lower() in self._organisations:
            return PlainTextResponse("signed in")
        found = split_path(raw_path)
        if found is not None and found[1].startswith(large_files.PREFIX):
            return self._large_files(request, *found)
        path = self._repositories.find(found[0]) if found else None
        if found is None or path is None or found[0].organisation not in self._organisations:
            return PlainTextResponse(NOT_FOUND, 404)
        rest = found[1]
        is_git = (request.method, rest) in ENDPOINTS
        if not is_git or (rest == "/info/refs" and request.url.query not in SERVICES):
            return PlainTextResponse("only git's smart protocol is spoken here", 403)
        environment = {**self._repositories.environment(), **variables(request, f"{path}{rest}", user)}
        return Backend(self._repositories.git, environment)

    def _large_files(self, request: Request, address: Address, rest: str) -> ASGIApp:
        """git-lfs puts `.git` behind a repository that is not called so."""
        named = dataclasses.replace(address, repository=address.repository.removesuffix(".git"))
        path = self._repositories.find(named)
        if path is None or large_files.endpoint_name(request.method, rest) is None:
            return PlainTextResponse(NOT_FOUND, 404)
        return large_files.LargeFiles(path, rest, str(request.url).partition(large_files.PREFIX)[0])
