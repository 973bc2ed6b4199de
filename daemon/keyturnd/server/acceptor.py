"""Takes connections off the listening socket, and survives running out of descriptors."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from keyturn.reach.paths import BACKLOG
from keyturnd.server.alarm import Alarm

if TYPE_CHECKING:
    from keyturnd.server.connections import Connections
    from keyturnd.server.foremost import Foremost

OUT_OF_DESCRIPTORS = 0.2
"""Seconds without accepting when descriptors ran out: they come back with the next answers, trying harder won't."""


class Acceptor:
    """Feeds `connections` from `listener`, which stays open: it may be passed on.

    loop_selector: of the loop that runs.
    """

    def __init__(self, listener: socket.socket, connections: Connections, loop_selector: Foremost) -> None:
        self._listener = listener
        self._selector = loop_selector
        self._connections = connections
        self._again = Alarm()

    def start(self) -> None:
        """Take connections from now on."""
        self._selector.put_first(self._listener, self._serve)

    def stop(self) -> None:
        """Take those that are waiting already, and no more; all taken ones are counted when this returns."""
        for _ in range(BACKLOG + 1):
            accepted = self._accept()
            if accepted is None:
                break
            self._take(accepted, spoken=True)
        self._again.cancel()
        self._selector.drop()

    def _serve(self) -> bool:
        """Take one connection a wake-up: looking for a second costs a system call and finds hardly ever one."""
        accepted = self._accept()
        if accepted is None:
            return False
        # Before all else: what we do before we wait is held against us when we are woken beside one who computes.
        return self._take(accepted, spoken=self._selector.speaks(accepted))

    def _accept(self) -> int | None:
        """The descriptor of the next connection, None where there is none or no descriptor for it."""
        try:
            # What accept() wraps: the wrapper looks up two enumerations, which takes as long as an answer's search.
            return self._listener._accept()[0]  # type: ignore[attr-defined,no-any-return] # noqa: SLF001
        except BlockingIOError:
            return None
        except ConnectionAbortedError:
            return self._accept()  # it left while it waited
        except OSError:  # EMFILE, ENFILE, ENOBUFS, ENOMEM
            self._pause()
            return None

    def _take(self, accepted: int, *, spoken: bool) -> bool:
        connection = socket.SocketType(socket.AF_UNIX, socket.SOCK_STREAM, 0, accepted)
        try:
            return self._connections.take(connection, spoken=spoken)
        except OSError:
            connection.close()  # it left before we looked
            return True

    def _pause(self) -> None:
        self._selector.drop()
        self._again.set(OUT_OF_DESCRIPTORS, self.start)
