"""The emulator's services without sockets, behind a network that may be down; Entra may be overloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from keyturn_emulator.ledger import Ledger
from keyturn_emulator.services import services
from keyturn_emulator.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, MutableMapping
    from pathlib import Path

    from keyturn_emulator.serving.edge import Service

NAMES = ("entra", "git", "registry", "cluster", "controller", "gateway", "gateway-2026", "identity", "jobs")
PORTS = {name: 40_000 + number for number, name in enumerate(NAMES)}
RETRY_AFTER = 30
"""Seconds that an overloaded provider asks for."""


class Provider(httpx.BaseTransport):
    """All services of one World, by their port. `offline`: nobody is reached. `overloaded`: Entra answers 503."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self.world = World(directory, PORTS, [], Ledger(None))
        self.world.settings.update({"device_interval": 1})
        self._services: dict[int, Service] = {PORTS[service.name]: service for service in services(self.world)}
        self.offline = False
        self.overloaded = False
        self.requests = 0

    def get(self, url: str, token: str) -> int:
        """The status of a GET with that bearer token, by somebody who is not keyturn."""
        request = httpx.Request("GET", url, headers={"Authorization": f"Bearer {token}"})
        return _served(self._services[request.url.port or 0], request).status_code

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """What httpx asks of a transport."""
        if self.offline:
            raise httpx.ConnectError("the network is unreachable", request=request)
        self.requests += 1
        service = self._services[request.url.port or 0]
        if self.overloaded and service.name == "entra":
            headers = {"Retry-After": str(RETRY_AFTER)}
            return httpx.Response(503, headers=headers, stream=httpx.ByteStream(b""), request=request)
        return _served(service, request)


def _served(service: Service, request: httpx.Request) -> httpx.Response:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": request.read(), "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    _run(service.app(_scope(request), receive, send))
    head = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx.Response(head["status"], headers=head["headers"], stream=httpx.ByteStream(body), request=request)


def _scope(request: httpx.Request) -> dict[str, Any]:
    parts = urlsplit(str(request.url))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": httpx.URL(str(request.url)).path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (parts.hostname, parts.port),
        "client": ("127.0.0.1", 1),
        "state": {"note": {}},
    }


def _run(answering: Awaitable[None]) -> None:
    """To its end, at once: nothing in the emulator waits where nobody told it to misbehave."""
    for _ in answering.__await__():
        raise AssertionError("the emulator waits for something that does not come")
