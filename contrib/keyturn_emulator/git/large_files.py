"""Large files: git-lfs's batch API and its basic transfer (git-lfs, docs/api), each beside its repository."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

PREFIX = "/info/lfs"
CONTENT_TYPE = "application/vnd.git-lfs+json"
OBJECT = re.compile(rf"{PREFIX}/objects/([0-9a-f]{{64}})")


def endpoint_name(method: str, path: str) -> str | None:
    """What counts, log and faults call a request; None for what git-lfs does not ask."""
    rest = path[max(path.find(PREFIX), 0) :]
    if method == "POST" and rest == f"{PREFIX}/objects/batch":
        return "git.lfs.batch"
    if method == "POST" and rest == f"{PREFIX}/locks/verify":
        return "git.lfs.locks"
    return {"GET": "git.lfs.download", "PUT": "git.lfs.upload"}.get(method) if OBJECT.fullmatch(rest) else None


class LargeFiles:
    """Answers one request for `rest` below the repository at `path`; an ASGI application. `url`: the repository's."""

    def __init__(self, path: Path, rest: str, url: str) -> None:
        self._directory = path / "lfs"
        self._rest, self._url = rest, url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it."""
        try:
            answer = await self._answer(Request(scope, receive))
        except (ValueError, KeyError, TypeError):
            answer = PlainTextResponse("not a request of git-lfs", 422)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        kind = endpoint_name(request.method, self._rest)
        if kind == "git.lfs.batch":
            asked = await request.json()
            objects = [self._offered(asked["operation"], wanted) for wanted in asked["objects"]]
            return JSONResponse({"transfer": "basic", "objects": objects}, media_type=CONTENT_TYPE)
        if kind == "git.lfs.locks":
            return JSONResponse({"ours": [], "theirs": []}, media_type=CONTENT_TYPE)
        name = self._rest.rpartition("/")[2]
        return await self._stored(name, request) if kind == "git.lfs.upload" else self._content(name)

    def _offered(self, operation: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """What may be done with one object. Not `authenticated`: git-lfs has to ask for credentials itself."""
        offered = {"oid": wanted["oid"], "size": wanted["size"]}
        if not OBJECT.fullmatch(f"{PREFIX}/objects/{offered['oid']}"):
            raise ValueError("no object is called so")
        is_there = (self._directory / wanted["oid"]).exists()
        if operation == "download" and not is_there:
            return offered | {"error": {"code": 404, "message": "no such object"}}
        if operation == "upload" and is_there:
            return offered
        return offered | {"actions": {operation: {"href": f"{self._url}{PREFIX}/objects/{wanted['oid']}"}}}

    async def _stored(self, name: str, request: Request) -> Response:
        content = await request.body()
        if hashlib.sha256(content).hexdigest() != name:
            return PlainTextResponse("the content has another digest", 422)
        self._directory.mkdir(exist_ok=True)
        (self._directory / name).write_bytes(content)
        return PlainTextResponse("stored")

    def _content(self, name: str) -> Response:
        path = self._directory / name
        return FileResponse(path) if path.exists() else PlainTextResponse("no such object", 404)
