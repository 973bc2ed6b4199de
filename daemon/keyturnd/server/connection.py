"""One HTTP request per connection: deadlines, limits and the peer's credentials."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import msgspec

from keyturn.errors import KeyturnError, Refused, UsageError
from keyturnd.callers.peer import Peer, peer_of
from keyturnd.server.http import STREAM_HEAD, Request, Response, problem
from keyturnd.server.reading import RequestReader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[["Connection", Request], Awaitable[Response]]

REQUEST_DEADLINE = 5.0
"""Seconds for a complete request. A helper writes it in one go; who takes longer is stuck or hostile."""
HURRIED_DEADLINE = 1.0
"""The same once we are leaving: who is cut off then finds our successor by asking again."""
FLUSH_DEADLINE = 5.0
"""Seconds for a peer to take its answer, after which a stopped reader stops costing us a descriptor."""
HEARTBEAT = 15.0
"""Seconds between line breaks while a person is waited for: the client takes 75 s of silence for a hang."""
PER_PROCESS = 64
"""Connections one process may hold. A helper holds one; a script that leaks them must not lock others out."""
IN_ALL = 880
"""Connections in all, below the usual limit of 1024 descriptors."""
REFUSED = 64
"""Connections beyond either limit that are still told so, before they are cut off without a word."""


class Connections:
    """The open connections, counted by process."""

    def __init__(self, handler: Handler, in_all: int = IN_ALL) -> None:
        """`in_all`: how many may be open, fewer where descriptors are scarce."""
        self.handler = handler
        self._in_all = in_all
        self.open: set[Connection] = set()
        self.by_process: Counter[int] = Counter()
        self.served = 0
        self.emptied = asyncio.Event()
        self.on_left: Callable[[], None] = lambda: None

    def busy(self) -> bool:
        """Whether a request is being answered."""
        return any(connection.task is not None for connection in self.open)

    def full_for(self, peer: Peer, spare: int = 0) -> bool:
        """Whether `peer`, or everybody together, holds as many connections as allowed, and `spare` more."""
        # Without a pid (another pid namespace, macOS) there is no telling whose they are.
        own = self.by_process[peer.pid] if peer.pid else 0
        return len(self.open) >= self._in_all + spare or own >= PER_PROCESS + spare

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
        self.on_left()

    def hurry(self) -> None:
        """We are leaving: whoever has not sent a request yet gets little time for it."""
        for connection in self.open:
            connection.hurry()


class Connection(asyncio.Protocol):
    """One peer, one request, one answer; the peer's leaving cancels the work on it."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._peer: Peer | None = None
        self._reader: RequestReader | None = RequestReader()
        self._timer: asyncio.TimerHandle | None = None
        self._streaming = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's does not inherit from asyncio's
        peer = peer_of(transport.get_extra_info("socket"))
        if not peer.is_us or self.connections.full_for(peer, REFUSED):
            self._transport.abort()
            return
        too_many = self.connections.full_for(peer)
        self._peer = peer
        self.connections.enter(self, peer)
        self._arm(REQUEST_DEADLINE, self._too_slow)
        if too_many:
            self._refuse(problem(Refused("too many connections at once", "keyturn status"), 503))

    def data_received(self, data: bytes) -> None:
        if self._reader is None or self._peer is None:
            return  # one request a connection: whatever follows it is not read
        try:
            if self._reader.feed(data):
                self._begin(self._reader.request(self._peer))
        except KeyturnError as error:
            self._refuse(problem(error))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._disarm()
        self._reader = None
        if self._peer is not None:
            self.connections.leave(self, self._peer)
        if self.task is not None:
            self.task.cancel()

    def hurry(self) -> None:
        """See Connections.hurry."""
        if self._reader is not None and self._transport is not None:
            self._arm(HURRIED_DEADLINE, self._transport.abort)

    def show(self, event: dict[str, Any]) -> None:
        """Let the waiting person see `event`; the first one turns the answer into a stream of JSON lines."""
        if self._transport is None or self._transport.is_closing():
            return
        if not self._streaming:
            self._streaming = True
            self._transport.write(STREAM_HEAD)
            self._beat()
        self._transport.write(msgspec.json.encode(event) + b"\n")

    def _begin(self, request: Request) -> None:
        self._disarm()
        self._reader = None
        self.task = asyncio.get_running_loop().create_task(self._answer(request))

    async def _answer(self, request: Request) -> None:
        response = await self.connections.handler(self, request)
        if self._write(response) and self._transport is not None:
            self._transport.close()

    def _refuse(self, response: Response) -> None:
        """Answer a request that was not read to its end.

        Closing now would take the answer back: with bytes unread, the kernel resets the peer. So the peer gets
        the answer's end, and some time to close first; what it still sends is thrown away.
        """
        self._reader = None
        if self._write(response) and self._transport is not None:
            self._transport.write_eof()

    def _write(self, response: Response) -> bool:
        """Send the answer; False when nobody is there to take it."""
        self._disarm()
        if self._transport is None or self._transport.is_closing():
            return False
        self.connections.served += 1
        self._transport.write(_last_line(response) if self._streaming else response.encode())
        self._arm(FLUSH_DEADLINE, self._transport.abort)
        return True

    def _too_slow(self) -> None:
        self._refuse(problem(UsageError(f"no complete request within {REQUEST_DEADLINE:.0f} seconds"), 408))

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
