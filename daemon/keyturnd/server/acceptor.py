"""Takes connections off the listening socket, and survives running out of descriptors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturn.reach.launch import BACKLOG
from keyturnd.server.connection import Connection

if TYPE_CHECKING:
    import socket

    from keyturnd.server.connection import Connections

AT_ONCE = 64
"""Connections taken per wake-up, so that a flood of them cannot keep answers from being written."""
OUT_OF_DESCRIPTORS = 0.2
"""Seconds without accepting when descriptors ran out: they come back with the next answers, trying harder won't."""


class Acceptor:
    """Feeds `connections` from `listener`, which stays open: it may be passed on."""

    def __init__(self, listener: socket.socket, connections: Connections) -> None:
        self._listener = listener
        self._connections = connections
        self._pending: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Take connections from now on."""
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    async def stop(self) -> None:
        """Take those that are waiting already, and no more; all taken ones are counted when this returns."""
        for _ in range(BACKLOG // AT_ONCE + 1):
            self._accept()
        if self._again is not None:
            self._again.cancel()
        asyncio.get_running_loop().remove_reader(self._listener)
        if self._pending:
            await asyncio.wait(self._pending)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                accepted, _address = self._listener.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue  # it left while it waited
            except OSError:  # EMFILE, ENFILE, ENOBUFS, ENOMEM
                self._pause()
                return
            self._take(accepted)

    def _take(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        task = asyncio.get_running_loop().create_task(self._connect(accepted))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: Connection(self._connections), accepted)
        except OSError:
            accepted.close()  # it left before we looked

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._again = loop.call_later(OUT_OF_DESCRIPTORS, self.start)
