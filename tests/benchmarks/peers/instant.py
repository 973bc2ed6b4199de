"""The floor for the helper: a server in C that has the answer ready, in the daemon's place."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "git, native, answered by an instant server in C"
SOURCE = Path(__file__).with_suffix(".c")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nKeyturn-Exit: 0\r\n\r\n"


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """The helper that git calls, with what the daemon answers it, and without the daemon."""
    helper = stage.native("git")
    body = helper.run()
    with serving(stage.runtime, HEAD % len(body) + body) as path:
        yield helper._replace(environment=helper.environment | {"KEYTURN_SOCKET": str(path)}).timed


@contextlib.contextmanager
def serving(parent: Path, answer: bytes) -> Iterator[Path]:
    """The socket on which `answer` is all that is said, in a directory in `parent`."""
    with tempfile.TemporaryDirectory(dir=parent) as name, socket.socket(socket.AF_UNIX) as listener:
        directory = Path(name)
        (directory / "answer").write_bytes(answer)
        listener.bind(str(directory / "socket"))
        listener.listen(128)
        words: list[str | Path] = [compiled(SOURCE), str(listener.fileno()), directory / "answer"]
        with subprocess.Popen(words, pass_fds=[listener.fileno()]) as server:
            try:
                yield directory / "socket"
            finally:
                server.kill()
