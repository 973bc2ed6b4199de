"""Where the daemon's socket comes from, where it is looked for, and who holds the state directory."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from support.daemon import wire
from support.machine.endings import ending, until_it_waits
from support.machine.machine import PROGRAMS
from support.machine.terminal import PATIENCE
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["scene"]

BY_HAND = "keyturn: error: {}\nkeyturn: hint: keyturn daemon run\n"
OF_ANOTHER_KIND = "descriptor 3 is not a listening Unix stream socket"
AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


@contextmanager
def activated(machine: Machine, listener: socket.socket, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon on descriptor 3, as systemd starts it; killed at the end if it still runs."""
    variables = {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "keyturn.socket", **variables}
    with subprocess.Popen(
        [sys.executable, "-c", AS_SYSTEMD, str(listener.fileno()), PROGRAMS / "keyturnd"],
        env=machine.environment | variables, pass_fds=[listener.fileno()], stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield listener


@pytest.mark.parametrize("place", ["keyturn/socket", "elsewhere/keyturn.sock"])
def test_systemd_keeps_its_socket(scene: Scene, place: str) -> None:
    machine = scene.machine
    machine.stop()
    path = machine.runtime / place
    if place != "keyturn/socket":
        machine.environment["KEYTURN_SOCKET"] = str(path)
    with listening(path) as listener:
        for number in (signal.SIGTERM, signal.SIGKILL):
            # systemd does not tell the daemon where the socket is; the socket does.
            with activated(machine, listener, KEYTURN_SOCKET="") as daemon:
                assert password_of(scene.ask().stdout)
                status = wire.status(path)
                assert (status["pid"], status["socket"]) == (daemon.pid, str(path))
                daemon.send_signal(number)
                daemon.wait()
            assert path.exists()
    assert scene.tokens_issued() == 1


def test_a_lent_socket_survives_a_restart(machine: Machine) -> None:
    with listening(machine.socket) as listener, activated(machine, listener) as daemon:
        for _ in range(2):
            machine.run("keyturn", "daemon", "restart", status=0)
            assert wire.status(machine.socket)["pid"] == daemon.pid
        daemon.terminate()
        assert daemon.wait() == 0
        assert machine.socket.exists()


def test_by_hand_it_says_how_to_start_it(machine: Machine) -> None:
    done = machine.run("keyturnd", status=2)
    assert done.stderr == BY_HAND.format("keyturnd is started by keyturn, not by hand")
    stale = machine.run("keyturnd", status=2, LISTEN_PID="1", LISTEN_FDS="1")
    assert stale.stderr == done.stderr
    assert machine.run("keyturnd", "--frob", status=2).stderr.startswith(
        "keyturn: error: keyturnd takes no arguments\n"
    )


@pytest.mark.parametrize(
    ("family", "kind", "fault"),
    [
        (socket.AF_UNIX, socket.SOCK_STREAM, OF_ANOTHER_KIND),
        (socket.AF_UNIX, socket.SOCK_DGRAM, OF_ANOTHER_KIND),
        (socket.AF_INET, socket.SOCK_STREAM, OF_ANOTHER_KIND),
        (None, None, "descriptor 3 is not a socket"),
    ],
)
def test_only_a_listening_unix_socket_will_do(
    machine: Machine, family: socket.AddressFamily | None, kind: socket.SocketKind | None, fault: str
) -> None:
    passed = machine.config_file.open("w") if family is None else socket.socket(family, kind or 0)
    with passed, activated(machine, passed) as process:  # type: ignore[arg-type] # all that counts is its fileno()
        assert process.stderr is not None
        assert process.stderr.read().decode() == BY_HAND.format(fault)
        assert process.wait() == 2


def test_no_network_is_listened_on(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as passed, activated(machine, passed) as process:
        assert process.wait(PATIENCE) == 2
        assert process.stderr is not None
        assert process.stderr.read().decode() == BY_HAND.format(OF_ANOTHER_KIND)


@pytest.mark.parametrize("variable", ["KEYTURN_SOCKET", "KEYTURN_STATE", "KEYTURN_CONFIG"])
@pytest.mark.parametrize("words", [("keyturn", "daemon", "start"), ("keyturn", "token", "ci")])
def test_a_place_must_be_absolute(machine: Machine, variable: str, words: tuple[str, ...]) -> None:
    machine.configure("")
    machine.environment[variable] = "here/or/there"
    done = machine.run(*words, status=2)
    del machine.environment[variable]
    error, hint = done.stderr.splitlines()
    assert error.startswith(f"keyturn: error: {variable} is 'here/or/there', expected an absolute path")
    assert hint == f"keyturn: hint: unset {variable}"
    assert not machine.socket.exists()


def test_every_place_can_be_chosen(scene: Scene, tmp_path: Path) -> None:
    machine = scene.machine
    machine.stop()
    places = {name: tmp_path / "chosen" / name for name in ("KEYTURN_SOCKET", "KEYTURN_STATE", "KEYTURN_CONFIG")}
    (tmp_path / "chosen").mkdir(mode=0o700)
    machine.config_file.rename(places["KEYTURN_CONFIG"])
    machine.environment |= {name: str(path) for name, path in places.items()}
    machine.run("keyturn", "secret", "set", "ci", "-", input=scene.emulator.ready.clients["service"]["secret"])
    assert password_of(scene.ask().stdout)
    assert wire.status(places["KEYTURN_SOCKET"])["state"] == str(places["KEYTURN_STATE"])
    assert (places["KEYTURN_STATE"] / "vault").is_dir()
    machine.run("keyturn", "daemon", "stop", status=0)


def test_a_name_that_is_too_long_says_so(machine: Machine, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir(mode=0o700)
    machine.environment["KEYTURN_SOCKET"] = str(deep / "socket")
    machine.run("keyturn", "daemon", "start", status=0)  # the path may be long
    machine.run("keyturn", "daemon", "stop", status=0)
    done = machine.run("keyturn", "daemon", "start", status=1, KEYTURN_SOCKET=str(deep / ("s" * 120)))
    assert "too long" in done.stderr.splitlines()[0]
    assert done.stderr.count("\n") == 2


def test_another_socket_leads_to_the_daemon_that_holds_the_state(machine: Machine, tmp_path: Path) -> None:
    pid = machine.json("daemon", "start")["pid"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    machine.environment["XDG_RUNTIME_DIR"] = str(elsewhere)
    assert machine.json("daemon", "start")["pid"] == pid
    assert not (elsewhere / "keyturn").exists()
    refused = machine.run("keyturn", "daemon", "run", status=1)
    assert refused.stderr.startswith("keyturn: error: a daemon is running already\n")
    machine.kill_daemon()
    assert machine.json("daemon", "start")["pid"] != pid
    assert (elsewhere / "keyturn/socket").exists()
    machine.kill_daemon(signal.SIGTERM)


def test_a_successor_elsewhere_waits_for_the_daemon_that_is_leaving(scene: Scene, tmp_path: Path) -> None:
    scene.emulator.control.fault("token", "hold")
    first = scene.machine.start("keyturn", "token", "ci")
    scene.emulator.control.wait("fault.hold")
    pid = scene.machine.daemon_pid()
    assert pid is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    with ending(pid):
        os.kill(pid, signal.SIGTERM)
        while scene.machine.socket.exists():
            pass
        second = scene.machine.start("keyturn", "token", "ci", XDG_RUNTIME_DIR=str(elsewhere))
        until_it_waits(scene.machine.state / "lock", second)
        scene.emulator.control.release()
        tokens = {helper.communicate()[0] for helper in (first, second)}
    assert len(tokens) == 1
    assert scene.tokens_issued() == 1
    scene.machine.kill_daemon(signal.SIGTERM)


def test_a_state_directory_in_use_on_another_host_is_refused_until_it_is_free(scene: Scene) -> None:
    machine = scene.machine
    machine.stop()
    holder = {"host": "elsewhere", "pid": 4711, "socket": "/run/user/1/keyturn/socket"}
    with (machine.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (machine.state / "holder.json").write_text(json.dumps(holder))
        (machine.state / "holder.json").chmod(0o600)
        lines = (
            f"keyturn: error: {machine.state} is in use by the daemon with pid 4711 on elsewhere\n"
            "keyturn: hint: ssh elsewhere 'env KEYTURN_SOCKET=/run/user/1/keyturn/socket keyturn daemon stop'\n"
        )
        for _ in range(2):
            token = machine.run("keyturn", "token", "ci", status=1)
            assert (token.stdout, token.stderr) == ("", lines)
            git = scene.ask()
            assert (git.returncode, git.stdout, git.stderr) == (1, "quit=1\n", lines)
        foreground = machine.run("keyturn", "daemon", "run", status=1, KEYTURN_SOCKET=f"{machine.runtime}/other")
        assert foreground.stderr == lines
    machine.run("keyturn", "token", "ci", status=0)
    assert scene.tokens_issued() == 1


def test_what_stands_in_the_sockets_place_is_not_removed(machine: Machine) -> None:
    machine.socket.parent.mkdir(mode=0o700)
    machine.socket.write_text("precious")
    done = machine.run("keyturn", "daemon", "start", status=1)
    assert done.stderr == (f"keyturn: error: {machine.socket} is not a socket\nkeyturn: hint: rm {machine.socket}\n")
    assert machine.socket.read_text() == "precious"
