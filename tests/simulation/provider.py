"""The emulator's services without sockets, behind a network that may be down; some may be overloaded."""

from __future__ import annotations

from random import Random
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
HOUR = 3600
LIVES = {"token_lifetime": (1.0, 1.5), "cae_token_lifetime": (24.0, 28.0)}
"""Hours, the shortest and the longest: Entra draws each token's anew (reference/entra.md section 4)."""


class Provider(httpx.BaseTransport):
    """All services of one World, by their port. `offline`: nobody is reached. `overloaded`: who answers 503.

    seed: of the tokens' lives; in every other quarter a refresh token that is used twice ends the sign-in.
    """

    def __init__(self, directory: Path, seed: int) -> None:
        directory.mkdir(mode=0o700)
        self.world = World(directory, PORTS, [], Ledger(None))
        self.world.settings.update({"device_interval": 1, "refresh_tokens_strict": seed // 2 % 2 == 0})
        self._random = Random(seed)  # noqa: S311 - no secret
        self._services: dict[int, Service] = {PORTS[service.name]: service for service in services(self.world)}
        self.offline = False
        self.overloaded: set[str] = set()
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
        self._draw_lives()
        if service.name in self.overloaded:
            headers = {"Retry-After": str(RETRY_AFTER)}
            return httpx.Response(503, headers=headers, stream=httpx.ByteStream(b""), request=request)
        return _served(service, request)

    def _draw_lives(self) -> None:
        for name, hours in LIVES.items():
            setattr(self.world.settings, name, int(self._random.uniform(*hours) * HOUR))


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
