"""A daemon that becomes another process on the same socket: upgraded, or told to. Nobody who asks notices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import pytest

from support.daemon import wire
from support.installation.copied import CopiedInstallation
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.machine.machine import Machine

__all__ = ["scene"]

CALLERS = 3


@contextmanager
def customers(scene: Scene, helper: str) -> Iterator[set[str]]:
    """Callers that ask one after the other while the block lasts; the passwords they were given, at the end all."""
    enough, given = Event(), set[str]()

    def ask_on() -> int:
        asked = 0
        while not enough.is_set():
            done = scene.machine.run(helper, "get", input=scene.attributes())
            assert (done.returncode, done.stderr) == (0, ""), done
            given.add(password_of(done.stdout))
            asked += 1
        return asked

    with ThreadPoolExecutor(CALLERS) as pool:
        asking = [pool.submit(ask_on) for _ in range(CALLERS)]
        try:
            yield given
        finally:
            enough.set()
        assert all(caller.result() for caller in asking)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> CopiedInstallation:
    return CopiedInstallation(tmp_path_factory.mktemp("copy"))


def test_an_upgrade_is_noticed_and_costs_nobody_an_answer(scene: Scene, installation: CopiedInstallation) -> None:
    machine, helper = scene.machine, installation.program("git-credential-keyturn")
    machine.stop()
    machine.run(helper, "get", input=scene.attributes(), status=0)
    before = wire.status(machine.socket)
    with customers(scene, helper) as given:
        installation.upgrade("9.9.9")
        while (after := wire.status(machine.socket))["version"] != "9.9.9":
            pass
    assert after["pid"] == before["pid"]
    assert before["version"] != "9.9.9"
    assert (len(given), scene.tokens_issued()) == (1, 1)
    log = (machine.state / "keyturnd.log").read_text()
    assert log.count(" upgraded ") == 1
    assert log.count(" ready pid=") == 3  # the scene's own, the copy's, the copy's new one


def test_a_restart_costs_nobody_an_answer(scene: Scene) -> None:
    machine = scene.machine
    before = password_of(scene.ask().stdout)
    pids = [machine.daemon_pid()]
    with customers(scene, "git-credential-keyturn") as given:
        for _ in range(3):
            told = machine.json("daemon", "restart")
            assert told["daemon"] == "restarted"
            pids.append(told["pid"])
    assert given == {before}
    assert scene.tokens_issued() == 1
    assert len(set(pids)) == 4
    assert (machine.state / "keyturnd.log").read_text().count(" leaving ") == 3


def test_a_restarted_daemon_keeps_no_more_descriptors_than_the_first(machine: Machine) -> None:
    machine.run("keyturn", "daemon", "start", status=0)
    first = wire.status(machine.socket)
    for _ in range(3):
        assert wire.exchange(machine.socket, wire.post("/v1/daemon/restart")).status == 200
        assert wire.status(machine.socket)["pid"] == first["pid"]
    assert wire.status(machine.socket)["descriptors"] == first["descriptors"]
