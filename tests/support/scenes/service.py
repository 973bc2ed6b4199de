"""Other people's servers for a test: each says when it is ready (sd_notify(3)), and ends with what it started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.machine.terminal import PATIENCE
from support.needs import absent

if TYPE_CHECKING:
    from collections.abc import Mapping


class Service(ABC):
    """Runs while it is entered. `environment`: what it gets beside PATH and a home of its own.

    place: a directory of its own: the sockets below it must not have a longer name than 107 bytes. host: where
    clients find it, as DOCKER_HOST says it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="kt-", ignore_cleanup_errors=True)
        self.place = Path(self._directory.name)
        self.host = f"unix://{self.place}/socket"
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(self.place), **environment}

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it, with everything of its own below `place`."""

    def __enter__(self) -> Self:
        ready = self.place / "ready"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(ready))
            self._process = self._start(str(ready))
            ended = os.pidfd_open(self._process.pid)
            heard, _, _ = select.select([listener.fileno(), ended], [], [], PATIENCE)
            os.close(ended)
        if ended in heard or not heard:
            self.__exit__()
            absent(f"it cannot run here: {self._said}")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said = (self.place / "log").read_text()
        self._directory.cleanup()

    def _start(self, ready: str) -> subprocess.Popen[bytes]:
        with (self.place / "log").open("wb") as log:
            return subprocess.Popen(
                self.command(), env={**self._environment, "NOTIFY_SOCKET": ready}, cwd=self.place,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
