"""The floor for a daemon in Python: a blocking server that answers the same bytes, whatever it is asked."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING

from benchmarks.timing import FORK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "a blocking server that answers the same bytes"


@contextlib.contextmanager
def echo(path: Path, answer: bytes) -> Iterator[None]:
    """A process that answers whoever connects to the socket `path` with `answer`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(128)
        process = FORK.Process(target=_answer_for_ever, args=(listener, answer))
        process.start()
    try:
        yield
    finally:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def _answer_for_ever(listener: socket.socket, answer: bytes) -> None:
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(ConnectionError):
            connection.recv(1 << 16)
            connection.sendall(answer)
