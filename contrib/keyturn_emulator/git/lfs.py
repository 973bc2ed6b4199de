"""Git LFS beside a repository: the batch API with the basic transfer, and no locks (git-lfs docs/api/batch.md)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

ROOT = "/info/lfs/"
MEDIA_TYPE = "application/vnd.git-lfs+json"
NOTHING_LOCKED: dict[str, list[str]] = {"ours": [], "theirs": []}
OID = re.compile(r"objects/([0-9a-f]{64})", re.ASCII)


class Lfs:
    """The LFS server of one repository, as an ASGI application.

    directory: where its objects are. url: its own, as the client has it. rest: what of the path lies below ROOT.
    """

    def __init__(self, directory: Path, url: str, rest: str) -> None:
        self._directory = directory
        self._url = url
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            answer = self._answer(request.method, await request.body())
        except (ValueError, KeyError, TypeError):
            answer = _said(422, {"message": "not a request of Git LFS"})
        await answer(scope, receive, send)

    def _answer(self, method: str, body: bytes) -> Response:
        match (method, self._rest):
            case ("POST", "objects/batch"):
                return self._batch(json.loads(body))
            case ("POST", "locks/verify"):
                return _said(200, NOTHING_LOCKED)
        found = OID.fullmatch(self._rest)
        if found is None or method not in {"GET", "PUT"}:
            return _said(404, {"message": "there is nothing"})
        path = self._directory / found[1]
        return self._take(path, body) if method == "PUT" else _give(path)

    def _batch(self, asked: dict[str, Any]) -> Response:
        kind = {"upload": "upload", "download": "download"}[asked["operation"]]
        objects = [self._object(kind, str(one["oid"]), int(one["size"])) for one in asked["objects"]]
        return _said(200, {"transfer": "basic", "objects": objects})

    def _object(self, kind: str, oid: str, size: int) -> dict[str, object]:
        """One object: what is there already needs no upload."""
        if not OID.fullmatch(f"objects/{oid}"):
            raise ValueError("not an object's id")
        exists = (self._directory / oid).exists()
        if kind == "download" and not exists:
            return {"oid": oid, "size": size, "error": {"code": 404, "message": "there is no such object"}}
        actions = {} if kind == "upload" and exists else {kind: {"href": f"{self._url}{ROOT}objects/{oid}"}}
        return {"oid": oid, "size": size, "actions": actions}

    def _take(self, path: Path, content: bytes) -> Response:
        if hashlib.sha256(content).hexdigest() != path.name:
            return _said(422, {"message": "the content is another object's"})
        self._directory.mkdir(exist_ok=True)
        path.write_bytes(content)
        return Response(status_code=200)


def _give(path: Path) -> Response:
    return Response(path.read_bytes()) if path.exists() else _said(404, {"message": "there is no such object"})


def _said(status: int, value: object) -> Response:
    return JSONResponse(value, status, media_type=MEDIA_TYPE)
