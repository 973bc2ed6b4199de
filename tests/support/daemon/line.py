"""A connection to the daemon's server on a real socket, and the plainest answer."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from keyturnd.server.http import Request, Response

if TYPE_CHECKING:
    from keyturnd.server.connection import Connection
    from keyturnd.server.connections import Connections


REQUEST = b"GET /x HTTP/1.1\r\n\r\n"
HUGE = 4 << 20
"""Bytes that no socket buffer holds."""


class Line:
    """The test's end of one connection, and the daemon's."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.ours, self._theirs = socket.socketpair()
        self.ours.setblocking(False)

    def open(self, *, spoken: bool = True) -> None:
        self.connections.take(self._theirs, spoken=spoken)

    async def say(self, content: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.ours, content)

    async def hear(self) -> bytes:
        """Everything, to the end."""
        heard = b""
        while piece := await asyncio.get_running_loop().sock_recv(self.ours, 1 << 16):
            heard += piece
        return heard


async def hello(connection: Connection, request: Request) -> Response:
    return Response(b"hello", exit_status=3)


async def left(connections: Connections, lines: list[Line]) -> None:
    for line in lines:
        line.ours.close()
    await connections.emptied.wait()
