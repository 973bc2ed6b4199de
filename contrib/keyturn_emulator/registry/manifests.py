"""The manifest, tag and catalog endpoints of the distribution API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from keyturn_emulator.registry.names import DIGEST, TAG
from keyturn_emulator.registry.refusals import RegistryError
from keyturn_emulator.registry.storage import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from keyturn_emulator.registry.names import Asked
    from keyturn_emulator.registry.storage import Repository, Storage

LARGEST = 4 << 20
"""Bytes; the specification asks for at least so much."""
OF_IMAGES = ("application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json")
OF_LISTS = ("application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json")


class Manifests:
    """GET, HEAD, PUT and DELETE of manifests, and lists of what there is."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def manifest(self, request: Request, asked: Asked) -> Response:
        """`/v2/NAME/manifests/REFERENCE`."""
        if not (DIGEST.fullmatch(asked.reference) or TAG.fullmatch(asked.reference)):
            raise RegistryError(400, "TAG_INVALID", "reference")
        match request.method:
            case "GET" | "HEAD":
                return self._get(request.method, asked)
            case "PUT":
                return await self._put(request, asked)
            case "DELETE":
                return self._delete(asked)
            case _:
                raise RegistryError(405, "UNSUPPORTED", "method", {"Allow": "GET, HEAD, PUT, DELETE"})

    async def tags(self, request: Request, asked: Asked) -> Response:
        """`/v2/NAME/tags/list`."""
        repository = self._storage.repositories.get(asked.repository)
        if repository is None:
            raise RegistryError(404, "NAME_UNKNOWN")
        return _page(request, "tags", repository.tags, {"name": asked.repository})

    async def catalog(self, request: Request, _asked: Asked) -> Response:
        """`/v2/_catalog`."""
        names = [name for name, repository in self._storage.repositories.items() if repository.manifests]
        return _page(request, "repositories", names, {})

    def _get(self, method: str, asked: Asked) -> Response:
        repository = self._storage.repositories.get(asked.repository)
        manifest = repository.find(asked.reference) if repository else None
        if manifest is None:
            raise RegistryError(404, "MANIFEST_UNKNOWN")
        headers = {"Docker-Content-Digest": manifest.digest, "Content-Length": str(len(manifest.content))}
        return Response(None if method == "HEAD" else manifest.content, 200, headers, manifest.media_type)

    async def _put(self, request: Request, asked: Asked) -> Response:
        manifest = Manifest(request.headers.get("content-type", ""), await _body(request))
        repository = self._storage.repository(asked.repository)
        _check(manifest, repository)
        if DIGEST.fullmatch(asked.reference):
            if asked.reference != manifest.digest:
                raise RegistryError(400, "DIGEST_INVALID")
        else:
            repository.tags[asked.reference] = manifest.digest
        repository.manifests[manifest.digest] = manifest
        location = f"/v2/{asked.repository}/manifests/{manifest.digest}"
        return Response(None, 201, {"Docker-Content-Digest": manifest.digest, "Location": location})

    def _delete(self, asked: Asked) -> Response:
        repository = self._storage.repositories.get(asked.repository)
        if repository is None or not repository.delete(asked.reference):
            raise RegistryError(404, "MANIFEST_UNKNOWN")
        return Response(None, 202)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise RegistryError(413, "MANIFEST_INVALID", "large")
    return body


def _check(manifest: Manifest, repository: Repository) -> None:
    """RegistryError unless it is of a type we know and everything it refers to has been pushed before."""
    try:
        document = json.loads(manifest.content)
        references = list(_references(manifest.media_type, document))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RegistryError(400, "MANIFEST_INVALID") from None
    if document.get("mediaType", manifest.media_type) != manifest.media_type:
        raise RegistryError(400, "MANIFEST_INVALID", "media-type")
    known = repository.manifests if manifest.media_type in OF_LISTS else repository.blobs
    if not all(digest in known for digest in references):
        raise RegistryError(400, "MANIFEST_BLOB_UNKNOWN")


def _references(media_type: str, document: Any) -> Iterable[str]:
    if document["schemaVersion"] != 2:
        raise ValueError("another version")
    if media_type in OF_LISTS:
        return [entry["digest"] for entry in document["manifests"]]
    if media_type in OF_IMAGES:
        return [entry["digest"] for entry in (document["config"], *document["layers"])]
    raise ValueError("another type")


def _page(request: Request, member: str, names: Iterable[str], more: dict[str, str]) -> Response:
    """The sorted names behind `last`, at most `n` of them; a Link where there are more."""
    query = request.query_params
    rest = sorted(name for name in names if name > query.get("last", ""))
    wanted = query.get("n", "")
    if not (wanted.isascii() and wanted.isdigit()) or len(rest) <= int(wanted):
        return JSONResponse({**more, member: rest})
    page = rest[: int(wanted)]
    link = {"Link": f'<{request.url.path}?n={wanted}&last={page[-1]}>; rel="next"'} if page else {}
    return JSONResponse({**more, member: page}, headers=link)
