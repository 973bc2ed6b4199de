"""The blob endpoints of the distribution API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from keyturn_emulator.registry.names import DIGEST, is_repository
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

    from keyturn_emulator.registry.data_endpoint import DataEndpoint
    from keyturn_emulator.registry.names import Asked
    from keyturn_emulator.registry.storage import Storage
    from keyturn_emulator.registry.uploads import Upload, Uploads

CHUNK = 1 << 16


class Blobs:
    """GET and HEAD of blobs; uploads in one piece, in chunks, or mounted from another repository."""

    def __init__(self, storage: Storage, uploads: Uploads, data: DataEndpoint) -> None:
        self._storage = storage
        self._uploads = uploads
        self._data = data

    async def blob(self, request: Request, asked: Asked) -> Response:
        """`/v2/NAME/blobs/DIGEST`."""
        if request.method not in {"GET", "HEAD"}:
            raise RegistryError(405, "UNSUPPORTED", "method", {"Allow": "GET, HEAD"})
        if not DIGEST.fullmatch(asked.reference):
            raise RegistryError(400, "DIGEST_INVALID", "digest")
        file = self._storage.blob(asked.repository, asked.reference)
        if file is None:
            raise RegistryError(404, "BLOB_UNKNOWN")
        headers = {"Docker-Content-Digest": asked.reference, "Content-Length": str(file.stat().st_size)}
        if request.method == "HEAD":
            return Response(None, 200, headers, "application/octet-stream")
        if self._data.is_enabled:
            return self._data.redirect_to(file)
        return StreamingResponse(_chunks(file), 200, headers, "application/octet-stream")

    async def upload(self, request: Request, asked: Asked) -> Response:
        """`/v2/NAME/blobs/uploads/` and what is below it."""
        if request.method == "POST" and not asked.reference:
            return await self._start(request, asked)
        upload = self._uploads.find(asked.repository, asked.reference, request.query_params.get("_state"))
        match request.method:
            case "PATCH":
                await upload.append(request)
                return _accepted(upload)
            case "PUT":
                return await self._finish(upload, request)
            case "GET":
                return Response(None, 204, _progress(upload))
            case "DELETE":
                self._uploads.end(upload)
                return Response(None, 204)
            case _:
                raise RegistryError(405, "UNSUPPORTED", "method", {"Allow": "GET, PATCH, PUT, DELETE"})

    async def _start(self, request: Request, asked: Asked) -> Response:
        query = request.query_params
        if "mount" in query and self._mounted(asked.repository, query["mount"], query.get("from", "")):
            return _created(asked.repository, query["mount"])
        upload = self._uploads.start(asked.repository)
        return await self._finish(upload, request) if "digest" in query else _accepted(upload)

    async def _finish(self, upload: Upload, request: Request) -> Response:
        """Take the last chunk and keep the blob; an upload that ends badly is over as well."""
        digest = request.query_params.get("digest", "")
        try:
            await upload.append(request)
            upload.finish(digest)
        finally:
            self._uploads.end(upload)
        return _created(upload.repository, digest)

    def _mounted(self, repository: str, digest: str, source: str) -> bool:
        if not is_repository(source) or self._storage.blob(source, digest) is None:
            return False
        self._storage.repository(repository).blobs.add(digest)
        return True


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _accepted(upload: Upload) -> Response:
    return Response(None, 202, {**_progress(upload), "Location": upload.move()})


def _progress(upload: Upload) -> dict[str, str]:
    # The specification's own oddity: an empty upload has the range of one byte.
    return {"Docker-Upload-UUID": upload.id, "Range": f"0-{max(upload.size - 1, 0)}"}


def _created(repository: str, digest: str) -> Response:
    headers = {"Docker-Content-Digest": digest, "Location": f"/v2/{repository}/blobs/{digest}"}
    return Response(None, 201, headers)
