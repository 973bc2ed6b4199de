"""When the daemon leaves, and that nobody who asks meanwhile goes without an answer."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from keyturn.reach.paths import LOCK_NAME
from support.daemon import wire
from support.machine.endings import ending, until_it_waits
from support.machine.terminal import INTERRUPT
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from subprocess import Popen

    from support.machine.machine import Machine

__all__ = ["scene"]

ROUNDS = 5
LOOKS = 500
"""Each takes a process: far more than a second of them."""


def started(machine: Machine) -> int:
    return int(machine.json("daemon", "start")["pid"])


def ask(scene: Scene) -> Popen[bytes]:
    """A helper on its way."""
    helper = scene.machine.start("git-credential-keyturn", "get")
    assert helper.stdin is not None
    helper.stdin.write(scene.attributes().encode())
    helper.stdin.close()
    helper.stdin = None
    return helper


def answer(helper: Popen[bytes]) -> str:
    """The password it brings in the end."""
    stdout, stderr = helper.communicate()
    assert (helper.returncode, stderr) == (0, b"")
    return password_of(stdout.decode())


def test_it_leaves_when_idle_and_nothing_of_it_stays(machine: Machine) -> None:
    machine.configure('[daemon]\nidle_exit = "1s"\n')
    with ending(started(machine)):
        pass
    assert not machine.socket.exists()
    assert not (machine.state / "holder.json").exists()
    log = (machine.state / "keyturnd.log").read_text()
    assert " idle " in log
    assert " leaving " in log


@pytest.mark.parametrize("gone", ["socket", "directory"])
def test_a_socket_that_was_removed_is_noticed_at_once(machine: Machine, gone: str) -> None:
    with ending(started(machine)):
        machine.socket.unlink()
        if gone == "directory":
            shutil.rmtree(machine.socket.parent)
    log = (machine.state / "keyturnd.log").read_text()
    assert " socket lost " in log


def test_what_somebody_else_has_put_in_the_place_of_its_directory_leads_it_nowhere(machine: Machine) -> None:
    """Below /tmp, where old directories are cleared away, the name is anybody's then."""
    planted = machine.home / "planted"
    with ending(started(machine)):
        machine.socket.parent.rename(machine.runtime / "cleared")
        machine.socket.parent.mkdir(mode=0o755)
        (machine.socket.parent / LOCK_NAME).symlink_to(planted)
    assert not planted.exists()


def test_requests_keep_it_from_being_idle(machine: Machine) -> None:
    machine.configure('[daemon]\nidle_exit = "1s"\n')
    pid = started(machine)
    while (seen := wire.status(machine.socket))["uptime"] < 1.5:
        assert seen["pid"] == pid
        assert wire.exchange(machine.socket, wire.post("/v1/docker/version")).status == 200


def test_who_only_looks_does_not(machine: Machine) -> None:
    """A status on a screen would keep all secrets in memory for ever."""
    machine.configure('[daemon]\nidle_exit = "1s"\n')
    with ending(started(machine)):
        for _ in range(LOOKS):
            machine.run("keyturn", "status", "--json", status=0)
            if not machine.socket.exists():
                break
        assert not machine.socket.exists()


def test_a_change_of_idle_exit_counts_at_the_next_request(machine: Machine) -> None:
    machine.configure('[daemon]\nidle_exit = "8h"\n')
    with ending(started(machine)):
        machine.configure('[daemon]\nidle_exit = "1s"\n')
        wire.status(machine.socket)


def test_sigterm_lets_an_answer_in_flight_be_finished_and_the_successor_waits(scene: Scene) -> None:
    scene.emulator.control.fault("token", "hold")
    first = ask(scene)
    scene.emulator.control.wait("fault.hold")
    old = scene.machine.daemon_pid()
    assert old is not None
    with ending(old):
        os.kill(old, signal.SIGTERM)
        while scene.machine.socket.exists():
            pass
        second = ask(scene)
        until_it_waits(scene.machine.state / "lock", second)
        scene.emulator.control.release()
        assert answer(first) == answer(second)
    assert scene.tokens_issued() == 1
    assert scene.machine.daemon_pid() not in {None, old}


def test_sigterm_ends_one_that_is_about_to_come_back(scene: Scene) -> None:
    scene.emulator.control.fault("token", "hold")
    helper = ask(scene)
    scene.emulator.control.wait("fault.hold")
    pid = scene.machine.daemon_pid()
    assert pid is not None
    with ending(pid):
        assert wire.exchange(scene.machine.socket, wire.post("/v1/daemon/restart")).status == 200
        os.kill(pid, signal.SIGTERM)
        scene.emulator.control.release()
        assert answer(helper)
    assert not scene.machine.socket.exists()


def test_sigterm_is_not_lost_while_one_daemon_becomes_the_next(machine: Machine) -> None:
    for _ in range(ROUNDS):
        pid = started(machine)
        with ending(pid):
            assert wire.exchange(machine.socket, wire.post("/v1/daemon/restart")).status == 200
            os.kill(pid, signal.SIGTERM)


def test_whoever_waited_at_the_door_of_a_killed_daemon_asks_the_next(scene: Scene) -> None:
    before = password_of(scene.ask().stdout)
    os.kill(scene.machine.daemon_pid() or 0, signal.SIGSTOP)
    waiting = [wire.dial(scene.machine.socket) for _ in range(3)]
    helper = ask(scene)
    scene.machine.kill_daemon()
    assert answer(helper) == before
    for connection in waiting:
        connection.close()
    assert scene.tokens_issued() == 1


def test_stopping_and_asking_at_the_same_moment(scene: Scene) -> None:
    for _ in range(ROUNDS):
        stopping = scene.machine.start("keyturn", "daemon", "stop")
        helpers = [ask(scene) for _ in range(4)]
        assert len({answer(helper) for helper in helpers}) == 1
        assert stopping.wait() == 0
    assert scene.tokens_issued() == 1


def test_a_stopped_daemon_tells_those_who_wait_for_a_sign_in(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "login", "me") as waiting:
        waiting.wait_for("enter the code")
        pid = scene.machine.daemon_pid()
        assert pid is not None
        with ending(pid):
            scene.machine.run("keyturn", "daemon", "stop", status=0)
        assert waiting.end() == 1
        assert waiting.seen.count("keyturn: error: ended by a logout, or because the daemon was stopped") == 1


def test_it_leaves_when_its_socket_is_gone(machine: Machine) -> None:
    pid = started(machine)
    with ending(pid):
        connection = wire.dial(machine.socket)
        machine.socket.unlink()
        wire.say(connection, wire.STATUS)
        wire.hear(connection)  # an answered request is followed by a look
    assert machine.json("daemon", "start")["pid"] != pid


def test_the_foreground_ends_with_ctrl_c(machine: Machine) -> None:
    with machine.terminal("keyturn", "daemon", "run") as terminal:
        terminal.wait_for("INFO ready ")
        assert wire.status(machine.socket)["pid"] == terminal.process.pid
        terminal.type(INTERRUPT)
        assert terminal.end() == 0
        assert "INFO leaving " in terminal.seen
        assert "Traceback" not in terminal.seen
    assert not machine.socket.exists()


@pytest.mark.parametrize("again", [False, True])
def test_silent_connections_do_not_hold_it_up(machine: Machine, *, again: bool) -> None:
    pid = started(machine)
    silent = [wire.dial(machine.socket) for _ in range(5)]
    if again:
        assert wire.exchange(machine.socket, wire.post("/v1/daemon/restart")).status == 200
        assert wire.status(machine.socket)["pid"] == pid
    else:
        with ending(pid):
            os.kill(pid, signal.SIGTERM)
    for connection in silent:
        with connection:
            assert connection.recv(1) == b""
