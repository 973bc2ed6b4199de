"""All open connections: how many there may be, and who has to go when there are more."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from keyturn import hints
from keyturn.errors import Refused
from keyturnd.callers.peer import peer_of
from keyturnd.server.connection import Connection
from keyturnd.server.http import problem
from keyturnd.server.readiness import Readiness, received, unsent

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import SocketType

    from keyturnd.callers.peer import Peer
    from keyturnd.server.connection import Handler
    from keyturnd.server.http import AtOnce, Recall, Recalled

PER_PROCESS = 64
"""Connections one process may hold. A helper holds one; a script that leaks them must not lock others out."""
IN_ALL = 880
"""Connections in all, below the usual limit of 1024 descriptors."""
REFUSED = 64
"""Connections that have been refused and are given time to read that; of more, the oldest is closed at once."""
UNFINISHED_BYTES = 8 << 20
"""Of all requests that are not complete yet, together."""


class Connections:
    """The open connections, counted by process.

    handler: answers a request, in its own time. at_once: the same for what needs no waiting, None for what does.
    recall: the answer to a request (its bytes, and whose) that was answered before, None where there is none.
    in_all: how many may be open, fewer where descriptors are scarce.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        at_once: AtOnce = lambda request, said: None,  # noqa: ARG005 - the one that never has an answer
        recall: Recall = lambda said, peer: None,  # noqa: ARG005
        in_all: int = IN_ALL,
    ) -> None:
        self.handler = handler
        self.at_once = at_once
        self.recall = recall
        self._in_all = in_all
        self.readiness = Readiness()
        self.open: dict[Connection, None] = {}
        """In the order they came."""
        self.refused: dict[Connection, None] = {}
        """Those that only have to read that they are, in the order they were told."""
        self.by_process: Counter[int] = Counter()
        self.unfinished = 0
        self.served = 0
        self.emptied = asyncio.Event()
        self.on_left: Callable[[], None] = lambda: None

    def take(self, accepted: SocketType, *, spoken: bool = True) -> bool:
        """Serve whoever is at the other end of a new connection, if it runs as our user; whether that is done.

        spoken: it has said something, or may have.
        """
        peer = peer_of(accepted)
        if not peer.is_us:
            accepted.close()
            return True
        said = received(accepted) if spoken else None
        if said and (recalled := self.recall(said, peer)) is not None:
            self._give(accepted, peer, recalled)
            return True
        self._admit(accepted, peer, said)
        return False

    def _give(self, accepted: SocketType, peer: Peer, recalled: Recalled) -> None:
        """Send the answer and close: without a Connection, unless the other end does not take all of it at once."""
        try:
            rest = unsent(accepted, recalled.answer)
        except OSError:
            rest = b""
        if rest:
            self._enter(accepted, peer).end(rest)
        else:
            accepted.close()
            self.served += 1
            self.on_left()
        recalled.given(peer)

    def _admit(self, accepted: SocketType, peer: Peer, said: bytes | None) -> None:
        """Make it one of those that are open, perhaps in another's place."""
        crowded = self._crowded(peer)
        oldest = self._oldest_unfinished(peer) if crowded else None
        connection = self._enter(accepted, peer)
        if crowded:
            (oldest or connection).refuse(
                problem(Refused("too many connections at once", hints.restart_daemon()), 503)
            )
        connection.begin(said)

    def _enter(self, accepted: SocketType, peer: Peer) -> Connection:
        connection = Connection(self, accepted, peer)
        self.open[connection] = None
        self.emptied.clear()
        self.by_process[peer.pid] += 1
        return connection

    def busy(self) -> bool:
        """Whether a request is being answered."""
        return any(connection.task is not None for connection in self.open)

    def gathered(self, number: int) -> None:
        """So many more bytes of unfinished requests are kept, or fewer; too many cost the oldest its place."""
        self.unfinished += number
        while self.unfinished > UNFINISHED_BYTES:
            oldest = next(connection for connection in self.open if connection.gathered)
            oldest.refuse(problem(Refused("too many unfinished requests at once", hints.restart_daemon()), 503))

    def tell(self, connection: Connection) -> None:
        """`connection` is being refused: it no longer counts, but gets some time to read that."""
        self._uncount(connection)
        self.refused[connection] = None
        if len(self.refused) > REFUSED:
            next(iter(self.refused)).close()

    def leave(self, connection: Connection) -> None:
        """`connection` is closed, whichever side did it."""
        self._uncount(connection)
        self.refused.pop(connection, None)
        if not self.open and not self.refused:
            self.emptied.set()
        self.on_left()

    def hurry(self) -> None:
        """We are leaving: whoever has not sent a request yet gets little time for it."""
        for connection in list(self.open):
            connection.hurry()

    def _crowded(self, peer: Peer) -> bool:
        """Whether `peer`, or everybody together, holds as many connections as allowed."""
        # Without a pid (another pid namespace, macOS) there is no telling whose they are.
        own = self.by_process[peer.pid] if peer.pid else 0
        return own >= PER_PROCESS or len(self.open) >= self._in_all

    def _oldest_unfinished(self, peer: Peer) -> Connection | None:
        """Who has taken longest over a request: among the peer's own where it has too many, else among all."""
        greedy = peer.pid and self.by_process[peer.pid] >= PER_PROCESS
        unfinished = (connection for connection in self.open if connection.reading)
        return next((one for one in unfinished if not greedy or one.peer.pid == peer.pid), None)

    def _uncount(self, connection: Connection) -> None:
        if connection not in self.open:
            return
        del self.open[connection]
        pid = connection.peer.pid
        self.by_process[pid] -= 1
        if self.by_process[pid] <= 0:
            del self.by_process[pid]
