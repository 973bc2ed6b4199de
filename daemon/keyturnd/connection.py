"""One HTTP request per connection: httptools, deadlines, limits and the peer's credentials."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import httptools
import msgspec

from keyturn.errors import KeyturnError, Refused, UsageError
from keyturnd.http import STREAM_HEAD, Request, Response, problem, split_target
from keyturnd.peer import Peer, peer_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[["Connection", Request], Awaitable[Response]]

REQUEST_DEADLINE = 5.0
"""Seconds for a complete request. A helper writes it in one go; who takes longer is stuck or hostile."""
FLUSH_DEADLINE = 5.0
"""Seconds for a peer to take its answer, after which a stopped reader stops costing us a descriptor."""
HEARTBEAT = 15.0
"""Seconds between line breaks while a person is waited for: the client takes 75 s of silence for a hang."""
HEAD_LIMIT = 64 << 10
BODY_LIMIT = 1 << 20
PER_PROCESS = 64
"""Connections one process may hold. A helper holds one; a script that leaks them must not lock others out."""
IN_ALL = 900
"""Connections in all, below the usual limit of 1024 descriptors."""


class Connections:
    """The open connections, counted by process."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.open: set[Connection] = set()
        self.by_process: Counter[int] = Counter()
        self.served = 0
        self.emptied = asyncio.Event()

    def busy(self) -> bool:
        """Whether a request is being answered."""
        return any(connection.task is not None for connection in self.open)

    def full_for(self, peer: Peer) -> bool:
        """Whether `peer`, or everybody together, holds too many connections."""
        return len(self.open) >= IN_ALL or self.by_process[peer.pid] >= PER_PROCESS

    def enter(self, connection: Connection, peer: Peer) -> None:
        self.open.add(connection)
        self.emptied.clear()
        self.by_process[peer.pid] += 1

    def leave(self, connection: Connection, peer: Peer) -> None:
        self.open.discard(connection)
        if not self.open:
            self.emptied.set()
        self.by_process[peer.pid] -= 1
        if self.by_process[peer.pid] <= 0:
            del self.by_process[peer.pid]


class Connection(asyncio.Protocol):
    """One peer, one request, one answer; the peer's leaving cancels the work on it."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._peer = Peer(0, -1)
        self._parser = httptools.HttpRequestParser(self)
        self._timer: asyncio.TimerHandle | None = None
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._head_size = 0
        self._in_body = False
        self._streaming = False

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit from asyncio's
        self._peer = peer_of(transport.get_extra_info("socket"))
        if not self._peer.is_us:
            self._transport.abort()
            return
        too_many = self.connections.full_for(self._peer)
        self.connections.enter(self, self._peer)
        self._arm(REQUEST_DEADLINE, self._too_slow)
        if too_many:
            self._finish(problem(Refused("too many connections at once", "keyturn status"), 503))

    def data_received(self, data: bytes) -> None:
        if self.task is not None or self._transport is None or self._transport.is_closing():
            return  # one request a connection: whatever follows it is not read
        try:
            if not self._in_body:
                self._head_size += len(data)
            self._parser.feed_data(data)
            self._check_limits()
        except KeyturnError as error:
            self._finish(problem(error))
        except (httptools.HttpParserError, ValueError):
            self._finish(problem(UsageError("the request is not HTTP/1.1")))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._disarm()
        self.connections.leave(self, self._peer)
        if self.task is not None:
            self.task.cancel()

    # httptools' side

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        path, arguments = split_target(self._target)
        method = self._parser.get_method().decode("ascii")
        request = Request(method, path, arguments, self._headers, bytes(self._body), self._peer)
        self._disarm()
        self.task = asyncio.get_running_loop().create_task(self._answer(request))

    # the answer

    def show(self, event: dict[str, Any]) -> None:
        """Let the waiting person see `event`; the first one turns the answer into a stream of JSON lines."""
        if self._transport is None or self._transport.is_closing():
            return
        if not self._streaming:
            self._streaming = True
            self._transport.write(STREAM_HEAD)
            self._beat()
        self._transport.write(msgspec.json.encode(event) + b"\n")

    async def _answer(self, request: Request) -> None:
        self._finish(await self.connections.handler(self, request))

    def _finish(self, response: Response) -> None:
        self._disarm()
        if self._transport is None or self._transport.is_closing():
            return
        self.connections.served += 1
        self._transport.write(_last_line(response) if self._streaming else response.encode())
        self._arm(FLUSH_DEADLINE, self._transport.abort)
        self._transport.close()

    def _check_limits(self) -> None:
        if not self._in_body and self._head_size > HEAD_LIMIT:
            raise UsageError(f"the request's head exceeds {HEAD_LIMIT >> 10} KiB")
        if len(self._body) > BODY_LIMIT:
            raise UsageError("the request's body exceeds 1 MiB")

    def _too_slow(self) -> None:
        self._finish(problem(UsageError(f"no complete request within {REQUEST_DEADLINE:.0f} seconds"), 408))

    def _beat(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"\n")
            self._arm(HEARTBEAT, self._beat)

    def _arm(self, seconds: float, action: Callable[[], object]) -> None:
        self._disarm()
        self._timer = asyncio.get_running_loop().call_later(seconds, action)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _last_line(response: Response) -> bytes:
    """The line that ends a stream: what would have been the answer, had nobody been asked to wait."""
    if response.status == 200:
        line = {"event": "answer", "exit": response.exit_status, "body": response.body.decode("utf-8", "replace")}
    else:
        line = {"event": "problem", **msgspec.json.decode(response.body)}
    return msgspec.json.encode(line) + b"\n"
