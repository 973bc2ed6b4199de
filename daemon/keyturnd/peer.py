"""Who is calling, by the kernel's word."""

from __future__ import annotations

import os
import socket
import struct
from typing import NamedTuple, Protocol


class Peer(NamedTuple):
    """The process at the other end when it connected. `pid` is 0 where the kernel does not tell."""

    pid: int
    uid: int

    @property
    def is_us(self) -> bool:
        """Whether the peer runs as our user. Root is not us: it has a daemon of its own."""
        return self.uid == os.geteuid()


class KernelSocket(Protocol):
    """What asyncio's and uvloop's sockets have in common."""

    def getsockopt(self, level: int, option: int, buffer_size: int, /) -> bytes: ...


def peer_of(connection: KernelSocket) -> Peer:
    """The peer of a connected Unix socket (SO_PEERCRED, unix(7); LOCAL_PEERCRED on macOS, untried)."""
    if hasattr(socket, "SO_PEERCRED"):
        pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return Peer(pid, uid)
    _, uid = struct.unpack_from("2I", connection.getsockopt(0, 1, 76))
    return Peer(0, uid)
