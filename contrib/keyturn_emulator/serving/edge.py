"""What every request to a service passes before and after it: host check, counts, faults, one line of log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn_emulator.serving.misbehaviour import Exchange, lose, play, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.serving.faults import Faults

# Logged by name; any other word in place of a method is the client's text and stays out of the log.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Service:
    """One listener's worth of emulation.

    name: a key of the ports. app: its ASGI application. endpoint_name: (method, path) to the name that
    counts, log and faults use, None for paths that are no endpoint. exempt: path prefixes that are none
    of the counts' and faults' business (the control). plain: served without TLS.
    """

    name: str
    app: ASGIApp
    endpoint_name: Callable[[str, str], str | None]
    exempt: tuple[str, ...] = ()
    plain: bool = False


class Edge:
    """The ASGI application that stands before `service`."""

    def __init__(
        self, service: Service, names: Collection[str], ledger: Ledger, faults: Faults, clock: Clock
    ) -> None:
        self._service = service
        self._names = names
        self._ledger = ledger
        self._faults = faults
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["path"].startswith(self._service.exempt):
            await self._service.app(scope, receive, send)
            return
        endpoint = self._service.endpoint_name(scope["method"], scope["path"]) or "unknown"
        note: dict[str, object] = {}
        scope["state"] = {"note": note}
        started = time.monotonic()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                note["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"date", self._clock.http_date().encode())]
            await send(message)

        try:
            await self._serve(endpoint, note, Exchange(scope, receive, send, self._ledger, self._clock), watch)
        except Exception as error:  # noqa: BLE001 - uvicorn would print it, locals of the request and all
            note |= self._ledger.failed(error)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            taken = round((time.monotonic() - started) * 1000)
            self._ledger.record(
                service=self._service.name, method=method, endpoint=endpoint, milliseconds=taken, **note
            )

    async def _serve(self, endpoint: str, note: dict[str, object], exchange: Exchange, send: Send) -> None:
        # git.refs counts as git too: counts are summed from fine to coarse.
        words = endpoint.split(".")
        self._ledger.count(*(".".join(words[:length]) for length in range(1, len(words) + 1)))
        if not self._known_host(exchange.scope):
            await exchange.answer(421, {"Content-Type": "text/plain"}, b"this is not that host\n")
            return
        fault = self._faults.take(endpoint)
        receive = exchange.receive
        if fault is not None:
            if fault.kind == "hold":
                receive = await whole(receive)
            note["fault"] = fault.kind
            gate = self._faults.gate()
            self._ledger.count(f"fault.{fault.kind}")
            if fault.kind == "lose":
                await lose(exchange, self._service.app)
                return
            if fault.kind != "hold":
                await play(fault, exchange)
                return
            await gate.wait()
        await self._service.app(exchange.scope, receive, send)

    def _known_host(self, scope: Scope) -> bool:
        """Whether the one Host header names this server: another name is a browser being rebound."""
        values = [value for name, value in scope["headers"] if name == b"host"]
        return len(values) == 1 and _host_name(values[0]) in self._names


def _host_name(value: bytes) -> str | None:
    """The name in a Host header, without its port; None for what is no host and port."""
    try:
        host = urlsplit(f"//{value.decode('ascii')}")
        plain = host.port != 0 and host.username is None and not host.path
    except ValueError:
        return None
    return host.hostname if plain else None
