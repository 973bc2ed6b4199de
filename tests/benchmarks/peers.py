"""Other programs to be measured beside keyturn's."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.timing import FORK, Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage

CACHE = "git credential-cache get"
ECHO = "a blocking server that answers the same bytes"
UNMEASURED = dict.fromkeys(
    ("docker-credential-pass", "docker-credential-secretservice", "git-credential-oauth", "kubelogin", "oidc-agent"),
    "no case sets it up",
)
"""Peers that nobody has written a case for."""


@contextlib.contextmanager
def credential_cache(stage: Stage) -> Iterator[Command | None]:
    """Git's own cache with the token that `stage` gives in it; None where git comes without it."""
    where = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    program = f"{where}/git-credential-cache"
    if not Path(program).exists():
        yield None
        return
    get = Command([program, "get"], stage.environment | {"XDG_CACHE_HOME": str(stage.home)}, stage.git_request())
    answer = stage.native("git").run()
    Command([program, "--timeout=3600", "store"], get.environment, get.stdin.rstrip() + b"\n" + answer).run()
    assert b"password=" in get.run()
    try:
        yield get
    finally:
        Command([program, "exit"], get.environment).run()


@contextlib.contextmanager
def echo(path: Path, answer: bytes) -> Iterator[None]:
    """A process that answers whoever connects to the socket `path` with `answer`: the floor for Python."""
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
