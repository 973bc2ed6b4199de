"""How each kind of fault is played, on an exchange that has just begun."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.serving.faults import Fault

# Often enough to defeat any timeout that only looks from one byte to the next.
DRIP_SECONDS = 0.1
CHUNK = b" " * 65536

NOT_JSON = "<!doctype html><html><title>Sign in</title><body>this page is no JSON</body></html>"
TRANSIENT = '{"error":"temporarily_unavailable","error_description":"AADSTS90033: A transient error has occurred."}'


class _Cycle(Protocol):
    transport: asyncio.Transport


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, in ASGI's terms."""

    scope: Scope
    receive: Receive
    send: Send
    ledger: Ledger
    clock: Clock

    async def answer(self, status: int, headers: dict[str, str], body: bytes | None) -> None:
        """Send the head, and the body unless it is None (then more may be sent)."""
        headers = {**headers, "Date": self.clock.http_date()}
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        if body is not None:
            await self.send({"type": "http.response.body", "body": body})

    async def until_left(self) -> None:
        """Return when the client has closed its connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def whole(receive: Receive) -> Receive:
    """A `receive` that has the request whole: a slow server carries it out though its client has left meanwhile."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
    held = iter(messages)

    async def replay() -> Message:
        return next(held, None) or await receive()

    return replay


async def lose(exchange: Exchange, app: ASGIApp) -> None:
    """Let `app` do all it does, and drop the line instead of its answer."""
    await app(exchange.scope, exchange.receive, _swallow)
    await _drop(exchange)


async def play(fault: Fault, exchange: Exchange) -> None:
    """Answer (or not) as `fault` says; every kind but `hold` and `lose`, which let the service do its work."""
    await PLAYERS[fault.kind](fault, exchange)


async def _status(fault: Fault, exchange: Exchange) -> None:
    headers = {"Content-Type": "application/json", **fault.headers}
    body = TRANSIENT if fault.body is None else fault.body
    await exchange.answer(fault.status or 503, headers, body.encode())


async def _malformed(fault: Fault, exchange: Exchange) -> None:
    headers = {"Content-Type": "text/html; charset=utf-8", **fault.headers}
    body = NOT_JSON if fault.body is None else fault.body
    await exchange.answer(fault.status or 200, headers, body.encode())


async def _redirect(fault: Fault, exchange: Exchange) -> None:
    headers = {"Location": fault.location or "", **fault.headers}
    # 307 is the tempting one: clients that follow it send method and body, secret included, once more.
    await exchange.answer(fault.status or 307, headers, b"")


async def _hang(_fault: Fault, exchange: Exchange) -> None:
    await exchange.until_left()
    exchange.ledger.count("fault.hang.left")


async def _close(_fault: Fault, exchange: Exchange) -> None:
    await _drop(exchange)


async def _drop(exchange: Exchange) -> None:
    # ASGI has no word for "drop the line", so this reaches for uvicorn's request cycle, whose method `send` is.
    cycle = cast("_Cycle", exchange.send.__self__)  # type: ignore[attr-defined]
    cycle.transport.abort()
    await exchange.until_left()


async def _swallow(_message: Message) -> None:
    pass


async def _drip(fault: Fault, exchange: Exchange) -> None:
    await exchange.answer(fault.status or 200, {"Content-Type": "application/json", **fault.headers}, None)
    left = asyncio.create_task(exchange.until_left())
    try:
        while not left.done():
            await exchange.send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait({left}, timeout=DRIP_SECONDS)
    finally:
        left.cancel()
    exchange.ledger.count("fault.drip.left")


async def _huge(fault: Fault, exchange: Exchange) -> None:
    await exchange.answer(fault.status or 200, {"Content-Type": "application/json", **fault.headers}, None)
    left = asyncio.create_task(exchange.until_left())
    sent = 0
    try:
        while sent < fault.size and not left.done():
            await exchange.send({"type": "http.response.body", "body": CHUNK, "more_body": True})
            sent += len(CHUNK)
            # Without this the loop has no moment in which it could learn that the client has gone.
            await asyncio.sleep(0)
        await exchange.send({"type": "http.response.body", "body": b"{}"})
    finally:
        left.cancel()
    exchange.ledger.count("fault.huge.left" if sent < fault.size else "fault.huge.sent")


PLAYERS: dict[str, Callable[[Fault, Exchange], Awaitable[None]]] = {
    "status": _status,
    "malformed": _malformed,
    "redirect": _redirect,
    "hang": _hang,
    "close": _close,
    "drip": _drip,
    "huge": _huge,
}
