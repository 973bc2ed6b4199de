"""Who is calling, by the kernel's word."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

import msgspec

_US = os.geteuid()
_CREDENTIALS = struct.Struct("3i")
_PEER_CREDENTIALS: int | None = getattr(socket, "SO_PEERCRED", None)
_PARENT, _STARTED = 1, 19
"""Fields of /proc/PID/stat (proc(5)), counted from the third on: the second may hold spaces and parentheses."""
_AS_FAR_AS_STARTED = 512
"""Bytes: a name of 64 at most, and 21 numbers of 20 digits. The kernel writes twice as many."""


def _tells_of_us() -> bool:
    """Whether /proc numbers processes as the kernel does to us: that of a sandbox may be the machine's."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())  # noqa: PTH115 - see program_of
    except OSError:
        return False


_TELLS = _tells_of_us()


class Peer(msgspec.Struct, frozen=True, gc=False):
    """The process at the other end when it connected. `pid` is 0 where the kernel does not tell."""

    pid: int
    uid: int

    @property
    def is_us(self) -> bool:
        """Whether the peer runs as our user. Root is not us: it has a daemon of its own."""
        return self.uid == _US


def peer_of(connection: socket.SocketType) -> Peer:
    """The peer of a connected Unix socket (SO_PEERCRED, unix(7); LOCAL_PEERCRED on macOS, untried)."""
    if _PEER_CREDENTIALS is not None:
        told = connection.getsockopt(socket.SOL_SOCKET, _PEER_CREDENTIALS, _CREDENTIALS.size)
        pid, uid, _ = _CREDENTIALS.unpack(told)
        return Peer(pid, uid)
    _, uid = struct.unpack_from("2I", connection.getsockopt(0, 1, 76))
    return Peer(0, uid)


class Tool(msgspec.Struct, frozen=True, gc=False):
    """The process that started a helper: kubectl, git. A pid alone may be another process's by tomorrow."""

    pid: int
    started: int
    """Clock ticks since boot."""


def tool_behind(helper: int) -> Tool | None:
    """The parent of the process `helper`, None where /proc does not tell (any more)."""
    parent = _status(helper, _PARENT)
    started = None if parent is None else _status(parent, _STARTED)
    return None if parent is None or started is None else Tool(parent, started)


def arguments_of(tool: Tool) -> tuple[str, ...]:
    """The command line of `tool`, empty where /proc does not tell."""
    try:
        return tuple(os.fsdecode(Path(f"/proc/{tool.pid}/cmdline").read_bytes()).split("\0"))
    except OSError:
        return ()


def program_of(tool: Tool) -> str:
    """The file that `tool` runs, empty where /proc does not tell."""
    try:
        return os.readlink(f"/proc/{tool.pid}/exe")  # noqa: PTH115 - on the way of every kube answer
    except OSError:
        return ""


def _status(pid: int, field: int) -> int | None:
    """A number of the process's status, None where /proc does not tell (any more)."""
    if not _TELLS:
        return None
    try:
        # Three system calls, where Path takes seven.
        status = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return int(os.read(status, _AS_FAR_AS_STARTED).rpartition(b")")[2].split(None, field + 1)[field])
    except OSError:  # it has ended meanwhile
        return None
    finally:
        os.close(status)
