"""A daemon that says what a test tells it to, whatever it is asked, and remembers what it was asked.

The helpers' conformance vectors run against it: real sockets, and answers that no sane daemon gives.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a helper that neither asks nor leaves fails its test, instead of hanging it."""

DRIP_PAUSE = 0.02
"""Seconds between two bytes of a dripping answer: many of them within the shortest deadline tests compile."""


class Script(NamedTuple):
    """What to answer, in pieces of `piece` bytes (0: all at once), and how it ends.

    `then`: "close"; "silence" (wait until the helper leaves); "drip" (a byte now and then until it leaves);
    "deaf" (answer and close without reading the request).
    """

    answer: bytes
    piece: int = 0
    then: str = "close"


class ScriptedDaemon:
    """Listens at `path` while it is entered; `requests` holds the bytes of each connection, in order.

    To those who connect it belongs to `uid`, by default our own: another one takes root.
    """

    def __init__(self, path: Path, script: Script, uid: int | None = None) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._listener = bound(path)
        with acting_as(os.geteuid() if uid is None else uid):
            self._listener.listen(16)
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, once every connection that was made has been seen: then `requests` is complete."""
        os.close(self._woken)
        self._thread.join(PATIENCE)
        os.close(self._wake)
        self._listener.close()
        assert not self._thread.is_alive(), "a connection of the scripted daemon hangs"

    def _serve(self) -> None:
        self._listener.setblocking(False)
        leaving = False
        while not leaving:
            ready, _, _ = select.select([self._listener.fileno(), self._wake], [], [])
            leaving = self._wake in ready
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._answer(self._listener.accept()[0])

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.requests.append(b"" if self._script.then == "deaf" else received(connection))
            self._send(connection)
            if self._script.then == "silence":
                connection.recv(1)
            while self._script.then == "drip" and not select.select([connection], [], [], DRIP_PAUSE)[0]:
                connection.send(b"a")

    def _send(self, connection: socket.socket) -> None:
        answer, piece = self._script.answer, self._script.piece or len(self._script.answer) or 1
        for start in range(0, len(answer), piece):
            connection.sendall(answer[start : start + piece])


@contextlib.contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """Be the effective user `uid`. What the kernel tells about a listener is who it was when it began to listen."""
    before = os.geteuid()
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(before)


def bound(path: Path) -> socket.socket:
    """A socket bound at `path`, by way of its directory where the path is longer than an address holds."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    through = f"/proc/self/fd/{directory}/{path.name}"
    listener.bind(through if os.path.isdir("/proc/self/fd") else str(path))  # noqa: PTH112 - not a path to keep
    os.close(directory)
    return listener


def received(connection: socket.socket) -> bytes:
    """One whole request: its head and as much body as the head announces, or what came before the end."""
    request = b""
    while not is_whole(request):
        chunk = connection.recv(1 << 16)
        if not chunk:
            break
        request += chunk
    return request


def is_whole(request: bytes) -> bool:
    """Whether `request` holds its head and the body that the head announces."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return bool(end) and (length is None or len(body) >= int(length[1]))
