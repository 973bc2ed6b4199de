"""One HTTP request per connection: deadlines, and an answer that reaches whoever still takes it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from keyturn.errors import KeyturnError, UsageError
from keyturnd.server.alarm import Alarm
from keyturnd.server.hearing import Hearing
from keyturnd.server.http import STREAM_HEAD, Request, Response, last_line, problem
from keyturnd.server.readiness import READ, WRITE, has_left, received, unsent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from socket import SocketType

    from keyturnd.callers.peer import Peer
    from keyturnd.server.http import AtOnce, Recall
    from keyturnd.server.readiness import Readiness

    Handler = Callable[["Connection", Request], Awaitable[Response]]

REQUEST_DEADLINE = 5.0
"""Seconds for a complete request. A helper writes it in one go; who takes longer is stuck or hostile."""
HURRIED_DEADLINE = 1.0
"""The same once we are leaving: who is cut off then finds our successor by asking again."""
FLUSH_DEADLINE = 5.0
"""Seconds for a peer to take its answer, after which a stopped reader stops costing us a descriptor."""
HEARTBEAT = 15.0
"""Seconds between line breaks while a person is waited for: the client takes 75 s of silence for a hang."""
LOOK_AGAIN = 1.0
"""Seconds until it is looked again whether a peer that says no more is still there."""


class Keeper(Protocol):
    """What a connection needs of the one who keeps them all: keyturnd.server.connections.Connections."""

    handler: Handler
    at_once: AtOnce
    recall: Recall
    readiness: Readiness
    served: int

    def gathered(self, number: int) -> None:
        """So many more bytes of an unfinished request are kept, or fewer."""

    def tell(self, connection: Connection) -> None:
        """`connection` is being refused."""

    def leave(self, connection: Connection) -> None:
        """`connection` is over."""


class Connection:
    """One peer, one request, one answer; the peer's leaving cancels the work on it."""

    def __init__(self, connections: Keeper, accepted: SocketType, peer: Peer) -> None:
        self.peer = peer
        self.task: asyncio.Task[None] | None = None
        self._connections = connections
        self._socket: SocketType | None = accepted
        self._hearing = Hearing(connections.gathered)
        self._listening = True
        self._unsent = b""
        self._ending = False
        self._refused = False
        self._streaming = False
        self._alarm = Alarm()

    @property
    def reading(self) -> bool:
        """Whether its request is not complete yet."""
        return not self._hearing.over

    @property
    def gathered(self) -> int:
        """The bytes of its unfinished request."""
        return self._hearing.gathered

    def begin(self, said: bytes | None) -> None:
        """Answer what has arrived already (None: nothing); wait for what has not."""
        if said is not None and self.reading:
            self._hear(said)
        if self.reading:
            self._watch()
            self._arm(REQUEST_DEADLINE, self._too_slow)

    def hurry(self) -> None:
        """See Connections.hurry."""
        if self.reading:
            self._arm(HURRIED_DEADLINE, self.close)

    def show(self, event: dict[str, Any]) -> None:
        """Let the waiting person see `event`; the first one turns the answer into a stream of JSON lines."""
        if self._socket is None:
            return
        if not self._streaming:
            self._streaming = True
            self._send(STREAM_HEAD)
            self._beat()
        self._send(msgspec.json.encode(event) + b"\n")

    def refuse(self, response: Response) -> None:
        """Answer a request that was not read to its end.

        Closing now would take the answer back: with bytes unread, the kernel resets the peer. So the peer gets
        the answer's end, and some time to close first; what it still sends is thrown away.
        """
        self._refused = True
        self._connections.tell(self)
        self.end(response.encode())
        self._watch()

    def close(self) -> None:
        """The end, whatever has been said by now."""
        closing, self._socket = self._socket, None
        if closing is None:
            return
        self._alarm.cancel()
        self._hearing.end()
        self._connections.readiness.forget(closing)
        closing.close()
        task, self.task = self.task, None
        if task is not None:
            task.cancel()
        self._connections.leave(self)

    def _receive(self) -> None:
        assert self._socket is not None
        data = received(self._socket)
        recalled = self._connections.recall(data, self.peer) if data and self._hearing.untouched else None
        if recalled is not None:
            self.end(recalled.answer)
            recalled.given(self.peer)
        elif data is not None:
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        if not data:
            self._hear_no_more()
        elif self.reading:
            self._take(data)
        # One request a connection: whatever follows it is thrown away.

    def _hear_no_more(self) -> None:
        """The end of what the peer says. socat and `nc -N` say so ahead of the answer, which they still take."""
        if self._socket is None or self.reading or self._refused or has_left(self._socket):
            self.close()
            return
        self._listening = False
        self._watch()
        if not (self._streaming or self._ending):  # those have timers of their own, and write
            self._arm(LOOK_AGAIN, self._hear_no_more)

    def _take(self, data: bytes) -> None:
        said = data if self._hearing.untouched else b""
        try:
            request = self._hearing.feed(data, self.peer)
        except KeyturnError as error:
            self.refuse(problem(error))
            return
        if request is not None:
            self._answer(request, said)

    def _answer(self, request: Request, said: bytes) -> None:
        response = self._connections.at_once(request, said)
        if response is not None:
            self.end(response.encode())
            return
        self._alarm.cancel()
        self._watch()
        self.task = asyncio.get_running_loop().create_task(self._work(request))

    async def _work(self, request: Request) -> None:
        response = await self._connections.handler(self, request)
        self.task = None
        self.end(last_line(response) if self._streaming else response.encode())

    def end(self, answer: bytes) -> None:
        """Send the answer (or its rest), if anybody is there to take it, and close as soon as it is sent."""
        if self._socket is None:
            return
        self._hearing.end()
        self._ending = True
        self._connections.served += 1
        self._send(answer)
        if self._unsent or self._refused:
            self._arm(FLUSH_DEADLINE, self.close)
        if not self._unsent:
            self._sent()

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            return
        if self._unsent:
            self._unsent += data
            return
        try:
            self._unsent = unsent(self._socket, data)
        except OSError:
            self.close()
            return
        if self._unsent:
            self._watch()

    def _sent(self) -> None:
        """All of the answer is on its way."""
        if not self._refused:
            self.close()
        elif self._socket is not None:
            with suppress(OSError):  # it has left
                self._socket.shutdown(socket.SHUT_WR)

    def _ready(self, events: int) -> None:
        if self._socket is not None and events & WRITE:
            rest, self._unsent = self._unsent, b""
            self._send(rest)
            self._watch()
            if self._ending and not self._unsent:
                self._sent()
        if self._socket is not None and events & READ:
            self._receive()

    def _watch(self) -> None:
        if self._socket is not None:
            events = (READ if self._listening else 0) | (WRITE if self._unsent else 0)
            self._connections.readiness.watch(self._socket, events, self._ready)

    def _too_slow(self) -> None:
        self.refuse(problem(UsageError(f"no complete request within {REQUEST_DEADLINE:.0f} seconds"), 408))

    def _beat(self) -> None:
        if self._socket is not None:
            self._send(b"\n")
            self._arm(HEARTBEAT, self._beat)

    def _arm(self, seconds: float, action: Callable[[], object]) -> None:
        if self._socket is not None:
            self._alarm.set(seconds, action)
