"""A daemon whose disk does not answer any more: what it still gives, and that it can be told to end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from keyturnd.vault.looking import MOST
from support.daemon import wire
from support.machine.terminal import PATIENCE
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["scene"]

STUCK, GONE, SETTLED = "stuck", "gone", "settled"
ON_A_DISK = f"""
import os, sys, threading
from keyturn.reach.paths import state_path
from keyturnd.life import unburdened
from keyturnd.life.start import main
from keyturnd.vault import looking
listener = int(sys.argv.pop())
def answered(call, sign, below):
    def wait_for_it(what, *more, **named):
        if str(what).startswith(below) and os.access(sign, os.F_OK):
            threading.Event().wait()
        return call(what, *more, **named)
    return wait_for_it
os.fsync = answered(os.fsync, "{STUCK}", "")
os.open, os.stat = (answered(call, "{GONE}", state_path()) for call in (os.open, os.stat))
looking.PATIENCE = looking.LITTLE_PATIENCE
settled = unburdened.settled
unburdened.settled = lambda: (settled(), open("{SETTLED}", "x"))
os.dup2(listener, 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
sys.exit(main())
"""


@contextmanager
def daemon_on_a_disk(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    """It answers until there is a file STUCK in the home, or one GONE: then the state cannot be read either.

    SETTLED is there once the daemon has settled in; it comes back as one whose disk always answers.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(machine.socket))
        listener.listen()
        with subprocess.Popen(
            [sys.executable, "-c", ON_A_DISK, str(listener.fileno())],
            env=machine.environment, cwd=machine.home, pass_fds=[listener.fileno()],
        ) as daemon:  # fmt: skip
            try:
                yield daemon
            finally:
                daemon.kill()


@pytest.fixture
def stuck(scene: Scene) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """The socket of such a daemon, which has not opened its vault yet when its disk no longer answers."""
    scene.machine.stop()
    with daemon_on_a_disk(scene.machine) as daemon:
        assert wire.status(scene.machine.socket)["pid"] == daemon.pid
        (scene.machine.home / STUCK).touch()
        yield scene.machine.socket, daemon


def test_a_new_token_is_given_and_the_daemon_ends_when_it_is_told(
    scene: Scene, stuck: tuple[Path, subprocess.Popen[bytes]]
) -> None:
    _, daemon = stuck
    assert password_of(scene.ask().stdout)
    told = json.loads(scene.machine.run("keyturn", "status", "--json").stdout)
    assert "new tokens are lost when the daemon ends: the disk does not answer" in told["warnings"]
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE) == 0
    assert not scene.machine.socket.exists()


def test_it_comes_back_as_another_when_it_is_told(scene: Scene, stuck: tuple[Path, subprocess.Popen[bytes]]) -> None:
    path, daemon = stuck
    assert password_of(scene.ask().stdout)
    wire.exchange(path, wire.post("/v1/daemon/restart", b""))
    deadline = time.monotonic() + PATIENCE
    while (told := wire.status(path))["acquisitions"][
        "started"
    ] > 0:  # the one that leaves may still take a connection
        assert time.monotonic() < deadline
    assert told["pid"] == daemon.pid
    assert password_of(scene.ask().stdout)


def test_what_is_in_memory_is_given_while_the_state_cannot_be_read(scene: Scene) -> None:
    machine, deadline = scene.machine, time.monotonic() + PATIENCE
    machine.stop()
    with daemon_on_a_disk(machine) as daemon:
        token = password_of(scene.ask().stdout)
        while not (machine.home / SETTLED).exists():
            assert time.monotonic() < deadline
        (machine.home / GONE).touch()
        for _ in range(2 * MOST):  # who hangs would hold up the others in the end
            refused = machine.run("keyturn", "token", "me", status=1)
            assert refused.stderr == (
                f"keyturn: error: the disk of {machine.state} does not answer\n"
                "keyturn: hint: see to it or to its server, then run the command again\n"
            )
        assert "does not answer\n               hint: see to it" in machine.run("keyturn", "status", status=0).stdout
        assert password_of(scene.ask().stdout) == token
        machine.run("keyturn", "daemon", "stop", status=0)
        assert daemon.wait(PATIENCE) == 0
