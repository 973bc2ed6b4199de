"""Sockets that wait for something, watched by one selector of our own inside the event loop's.

A loop's transport costs a dozen system calls and most of an answer's time; here a connection that is answered from
what has arrived already costs none, and one that has to wait two.
"""

from __future__ import annotations

import asyncio
import select
import selectors
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import SocketType

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
PIECE = 64 << 10
"""Bytes received at once."""


class Readiness:
    """Calls what is to happen when a socket has become readable or writable."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()  # epoll or kqueue, which can be waited for themselves
        self._watched_by_loop = False

    def watch(self, waiting: SocketType, events: int, act: Callable[[int], None]) -> None:
        """Call `act` with READ, WRITE or both, from the running loop, whenever `waiting` is that of `events`.

        No events: it is watched no more.
        """
        if not events:
            self.forget(waiting)
            return
        if waiting.fileno() in self._selector.get_map():
            self._selector.modify(waiting, events, act)
            return
        self._selector.register(waiting, events, act)
        if not self._watched_by_loop:
            self._watched_by_loop = True
            asyncio.get_running_loop().add_reader(self._selector, self._turn)

    def forget(self, waiting: SocketType) -> None:
        """Watch it no more; to be called before it is closed."""
        if waiting.fileno() in self._selector.get_map():
            self._selector.unregister(waiting)

    def _turn(self) -> None:
        for key, events in self._selector.select(0):
            key.data(events)


def received(connection: SocketType) -> bytes | None:
    """What has arrived: nothing yet (None), or nothing any more (empty)."""
    try:
        return connection.recv(PIECE, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def unsent(connection: SocketType, data: bytes) -> bytes:
    """What of `data` the other end does not take now. Raises OSError where it is gone."""
    try:
        return data[connection.send(data, socket.MSG_DONTWAIT) :]
    except BlockingIOError:
        return data


def has_left(peer: SocketType) -> bool:
    """Whether the other end is closed altogether, not only for writing (poll(2): POLLHUP)."""
    poll = select.poll()
    poll.register(peer, 0)
    return any(events & select.POLLHUP for _, events in poll.poll(0))
