"""However many ask at the same moment, one daemon starts, and it asks the provider once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.machine.machine import Machine
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from keyturn_emulator.launch import Emulator

__all__ = ["scene"]

CALLERS = 100


@pytest.mark.parametrize("rounds", [3, pytest.param(10, marks=pytest.mark.long)])
def test_a_hundred_cold_callers_get_a_hundred_answers(emulator: Emulator, tmp_path: Path, rounds: int) -> None:
    for number in range(rounds):
        with Machine(tmp_path / str(number)) as machine:
            scene = prepared(machine, emulator)
            emulator.control.reset()
            answers = ask_at_once(scene)
            assert len({password_of(answer) for answer in answers}) == 1
            assert scene.tokens_issued() == 1
            assert (machine.state / "keyturnd.log").read_text().count(" ready pid=") == 1


def test_callers_without_a_target_start_no_daemon(machine: Machine, emulator: Emulator) -> None:
    scene = Scene(machine, emulator)
    assert scene.ask("somebody-else/demo/_git/app").stdout == ""
    assert scene.machine.run("git-credential-keyturn", "get", input="protocol=https\nhost=github.com\n").stdout == ""
    assert machine.daemon_pid() is None
    assert not machine.state.exists()


def test_a_stale_socket_is_replaced(scene: Scene) -> None:
    before = password_of(scene.ask().stdout)
    scene.machine.kill_daemon()
    assert scene.machine.socket.exists()
    assert password_of(scene.ask().stdout) == before


def prepared(machine: Machine, emulator: Emulator) -> Scene:
    """A machine whose service principal reads its secret from a file: nothing has been started for it yet."""
    scene = Scene(machine, emulator)
    secret_file = machine.home / "secret"
    secret_file.write_text(emulator.ready.clients["service"]["secret"])
    secret_file.chmod(0o600)
    entry = f'flow = "client-secret"\nclient_secret_file = "{secret_file}"'
    machine.configure(emulator.ready.config.replace('flow = "client-secret"', entry))
    return scene


def ask_at_once(scene: Scene) -> list[str]:
    """Start all callers before any gets its request, then let all go."""
    request = scene.attributes().encode()
    callers: list[Popen[bytes]] = [scene.machine.start("git-credential-keyturn", "get") for _ in range(CALLERS)]
    for caller in callers:
        assert caller.stdin is not None
        caller.stdin.write(request)
        caller.stdin.close()
        caller.stdin = None
    ended = [caller.communicate() for caller in callers]
    assert [stderr for _, stderr in ended] == [b""] * CALLERS
    return [stdout.decode() for stdout, _ in ended]
