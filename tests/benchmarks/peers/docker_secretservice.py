"""docker-credential-secretservice: passwords in gnome-keyring, asked over a D-Bus session that the case starts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

from benchmarks.peers.absence import installed
from benchmarks.timing import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "docker-credential-secretservice get"
HOLD = "echo $DBUS_SESSION_BUS_ADDRESS; exec cat > /dev/null"
"""The bus lives as long as its program, and that waits for the end of its input."""


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """With the token that `stage` gives in it. Raises Absent."""
    program = installed("docker-credential-secretservice", "golang-docker-credential-helpers", go=True)
    with _unlocked_keyring(stage) as environment:
        document = json.loads(stage.native("docker").run())
        Command([program, "store"], environment, json.dumps(document).encode()).run()
        get = Command([program, "get"], environment, document["ServerURL"].encode())
        assert json.loads(get.run())["Secret"] == document["Secret"]
        yield get.timed


@contextlib.contextmanager
def _unlocked_keyring(stage: Stage) -> Iterator[dict[str, str]]:
    """The environment of a session of its own, whose login collection is open as after a login."""
    bus, keyring = installed("dbus-run-session", "dbus"), installed("gnome-keyring-daemon", "gnome-keyring")
    home = stage.home / "desktop"
    home.mkdir(mode=0o700)
    environment = stage.environment | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    command = [bus, "--", "sh", "-c", HOLD]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the bus tells of each service that it starts
        start_new_session=True,
    ) as session:  # fmt: skip
        assert session.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = session.stdout.readline().decode().strip()
        try:
            _open([keyring, "--unlock", "--components=secrets"], environment)
            yield environment
        finally:
            os.killpg(session.pid, signal.SIGKILL)


def _open(command: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(command, input=b"of the benchmark", env=environment, capture_output=True, check=True)
