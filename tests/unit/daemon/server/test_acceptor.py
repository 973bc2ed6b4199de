"""keyturnd.server.acceptor: what running out of descriptors leaves behind."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING, NoReturn

from keyturnd.server import acceptor
from keyturnd.server.acceptor import Acceptor
from keyturnd.server.connections import Connections
from keyturnd.server.foremost import Foremost

if TYPE_CHECKING:
    import pytest


class Exhausted(socket.socket):
    """A listener that no descriptor is left for."""

    def _accept(self) -> NoReturn:
        raise OSError(errno.EMFILE, "too many open files")


class Counting(Foremost):
    """Counts how often a listener is put first."""

    times = 0

    def put_first(self, listener: socket.socket, serve: object) -> None:  # noqa: ARG002
        self.times += 1


async def never() -> NoReturn:
    raise AssertionError


async def test_who_has_stopped_does_not_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The listener is the successor's by then, and descriptors may be lacking both before and in the last look."""
    monkeypatch.setattr(acceptor, "OUT_OF_DESCRIPTORS", 0.0)
    selector = Counting()
    with Exhausted(socket.AF_UNIX) as listener:
        accepting = Acceptor(listener, Connections(lambda *_: never()), selector)
        accepting._serve()  # as the selector does when somebody has connected
        accepting.stop()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert selector.times == 0
