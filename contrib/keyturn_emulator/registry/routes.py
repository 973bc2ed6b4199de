"""The registry's port: two token endpoints for everybody, the distribution API for who brings their token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from keyturn_emulator.registry.blobs import Blobs
from keyturn_emulator.registry.grants import Grants
from keyturn_emulator.registry.manifests import Manifests
from keyturn_emulator.registry.names import DATA_PREFIX, Asked, endpoint_name, is_repository, split_path
from keyturn_emulator.registry.refusals import VERSION, RegistryError
from keyturn_emulator.registry.scopes import CATALOG, Scope
from keyturn_emulator.registry.storage import Storage
from keyturn_emulator.registry.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.types import Receive, Send
    from starlette.types import Scope as Connection

    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.registry.access import Doorkeeper
    from keyturn_emulator.registry.data_endpoint import DataEndpoint
    from keyturn_emulator.registry.exchange import Exchange

    Handler = Callable[[Request, Asked], Awaitable[Response]]

ACTIONS = {"GET": ("pull",), "HEAD": ("pull",), "DELETE": ("delete",)}
"""What a method does to a repository; every other one pushes, which takes both."""


class ContainerRegistry:
    """ASGI application of the registry's port. `directory` is made, and the registry's alone."""

    def __init__(
        self, directory: Path, doorkeeper: Doorkeeper, data: DataEndpoint, exchange: Exchange, ledger: Ledger
    ) -> None:
        self.doorkeeper = doorkeeper
        self._data = data
        self._storage = Storage(directory)
        self._uploads = Uploads(self._storage)
        self._ledger = ledger
        blobs, manifests = Blobs(self._storage, self._uploads, data), Manifests(self._storage)
        self._exchange = exchange
        self._grants = Grants(doorkeeper, ledger)
        self._handlers: dict[str, Handler] = {
            "ping": _ping,
            "catalog": manifests.catalog,
            "tags": manifests.tags,
            "manifests": manifests.manifest,
            "uploads": blobs.upload,
            "blobs": blobs.blob,
        }

    def reset(self) -> None:
        """Empty again, with no token out."""
        self.doorkeeper.reset()
        self._uploads.reset()
        self._storage.reset()

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except RegistryError as error:
            self._note(request, error)
            answer = error.answer()
        except ClientDisconnect:
            return  # in the middle of an upload: nobody is left to answer
        answer.headers.update(VERSION)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        self.doorkeeper.admit_network()
        if request.url.path == "/oauth2/exchange":
            return await self._exchange.answer(request)
        if request.url.path == "/oauth2/token":
            return await self._grants.answer(request)
        if request.url.path.startswith(DATA_PREFIX):
            return self._data.answer(request)
        asked = split_path(request.url.path)
        if asked is None:
            raise RegistryError(404, "UNSUPPORTED", "path")
        if asked.repository and not is_repository(asked.repository):
            raise RegistryError(400, "NAME_INVALID")
        self.doorkeeper.admit(request.headers, _needed(request.method, asked))
        self._ledger.count("registry.authorized")
        return await self._handlers[asked.kind](request, asked)

    def _note(self, request: Request, error: RegistryError) -> None:
        request.state.note["reason"] = error.reason
        name = endpoint_name(request.method, request.url.path) or "registry"
        self._ledger.count(f"{name}.refused", f"{name}.refused.{error.reason}")


async def _ping(_request: Request, _asked: Asked) -> Response:
    return Response("{}", media_type="application/json")


def _needed(method: str, asked: Asked) -> Scope | None:
    """What the bearer has to be allowed; nothing but a token for `/v2/` itself."""
    if asked.kind == "ping":
        return None
    if asked.kind == "catalog":
        return Scope(*CATALOG, ("*",))
    actions = ("pull",) if asked.kind == "tags" else ACTIONS.get(method, ("pull", "push"))
    if asked.kind == "uploads":
        actions = ("pull", "push")
    return Scope("repository", asked.repository, actions)
