"""A docker engine of a test's own: it pulls, pushes and builds, and reaches nothing but through the test's proxy.

It keeps plain copies of layers and has no network for containers, so that it needs no more of the machine than root
and namespaces: neither overlay mounts nor firewall rules. All it starts ends with it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.machine.terminal import PATIENCE
from support.needs import absent, need

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACES = ("--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
FRUGAL = ("--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip6tables=false")


class Engine:
    """Runs while it is entered. `environment`: what it gets beside PATH, the proxy and the trust of a test.

    host: where clients find it, as DOCKER_HOST says it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {"PATH": os.environ["PATH"], **environment}
        # Of its own: the sockets below it must not have a longer name than 107 bytes.
        self._directory = tempfile.TemporaryDirectory(prefix="kt-", ignore_cleanup_errors=True)
        self._place = Path(self._directory.name)
        self.host = f"unix://{self._place}/socket"

    def __enter__(self) -> Self:
        ready = self._place / "ready"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(ready))
            self._process = self._start({"NOTIFY_SOCKET": str(ready), "HOME": str(self._place)})
            ended = os.pidfd_open(self._process.pid)
            heard, _, _ = select.select([listener.fileno(), ended], [], [], PATIENCE)  # sd_notify(3)
            os.close(ended)
        if ended in heard or not heard:
            self.__exit__()
            absent(f"no docker engine can run here: {self._said}")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said = (self._place / "log").read_text()
        self._directory.cleanup()

    def _start(self, told: Mapping[str, str]) -> subprocess.Popen[bytes]:
        (self._place / "none.json").write_text("{}")  # the machine's own settings are not for it
        places = {"config-file": "none.json", "data-root": "data", "exec-root": "run", "pidfile": "pid"}
        options = [f"--{name}={self._place / place}" for name, place in places.items()]
        with (self._place / "log").open("wb") as log:
            return subprocess.Popen(
                [need("unshare"), *NAMESPACES, need("dockerd"), *FRUGAL, *options, "--host", self.host],
                env={**self._environment, **told}, cwd=self._place, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
