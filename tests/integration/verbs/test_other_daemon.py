"""A daemon that hangs, or that was started with other settings than this shell has."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import keyturn
from keyturn.console import other_daemon
from keyturn.reach import client, launch
from support.machine.endings import ending
from support.needs import need
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    import pytest

    from support.machine.machine import Machine


__all__ = ["scene"]

ASKING = (
    "status", "token ci", "run ci -- true", "login ci", "secret set ci -", "profile check ci",
    "awx tokens list --profile ci", "git list", "git forget https://git.example", "git import store kept",
    "kubelogin remove-cache-dir --cache-dir x", "daemon start", "logout ci",
)  # fmt: skip


def started(machine: Machine) -> int:
    return int(machine.json("daemon", "start")["pid"])


def test_the_kernel_names_the_daemon_to_who_connects(machine: Machine) -> None:
    pid = started(machine)
    with closing(launch.running(str(machine.socket))) as connection:
        assert client.peer_pid(connection) == pid


def test_a_stopped_daemon_is_ended_all_the_same(machine: Machine) -> None:
    pid = started(machine)
    os.kill(pid, signal.SIGSTOP)
    with ending(pid):
        assert machine.json("daemon", "stop") == {"daemon": "stopped", "pid": pid}
    assert started(machine) != pid


def test_restart_brings_this_shells_settings(machine: Machine) -> None:
    other = machine.home / "other.toml"
    other.write_text("", encoding="ascii")
    before = started(machine)
    told = machine.run("keyturn", "status", status=0, KEYTURN_CONFIG=str(other))
    difference = f"configuration {machine.config_file}, not {other}"
    assert told.stderr == f"keyturn: warning: the daemon runs with {difference}: keyturn daemon restart\n"
    restarted = machine.run("keyturn", "daemon", "restart", status=0, KEYTURN_CONFIG=str(other))
    assert restarted.stdout == f"keyturn: daemon restarted (pid {machine.daemon_pid()})\n"
    assert (restarted.stderr, machine.daemon_pid() != before) == ("", True)  # who does it is not told to do it
    quiet = machine.run("keyturn", "status", status=0, KEYTURN_CONFIG=str(other))
    assert (quiet.stderr, "~/other.toml" in quiet.stdout) == ("", True)
    assert "configuration" in machine.run("keyturn", "status", status=0).stderr


def test_every_verb_that_asks_the_daemon_says_so_once(scene: Scene) -> None:
    """Whatever it answers, it answers from another file than the one that somebody looks at."""
    machine = scene.machine
    other = machine.home / "other.toml"
    other.write_text(f'{scene.config}\n[git]\nstore = "memory"\n', encoding="ascii")
    (machine.home / "kept").write_text("https://alice:planted@git.example\n", encoding="ascii")
    warning = f"keyturn: warning: the daemon runs with configuration {machine.config_file}, not {other}: "
    for verb in ASKING:
        told = machine.run("keyturn", *verb.split(), KEYTURN_CONFIG=str(other), input="x\n")
        assert told.stderr.count(warning) == 1, verb
    told = machine.run("keyturn", "doctor", "--offline", KEYTURN_CONFIG=str(other))
    assert warning.removeprefix("keyturn: warning: ").removesuffix(": ") in " ".join(told.stdout.split())


def test_so_does_one_whose_daemon_can_do_nothing_else(scene: Scene) -> None:
    """A place for everybody is not to be closed to them, and whoever names another one is not told of the first."""
    machine = scene.machine
    machine.run("keyturn", "daemon", "stop", status=0)
    shared = machine.home / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    refused = machine.run("keyturn", "token", "ci", KEYTURN_STATE=str(shared), status=1).stderr
    assert f"{shared} is not a private directory of yours: mode is 1777\n" in refused
    assert f"keyturn: hint: ls -ld {shared}\n" in refused
    told = machine.run("keyturn", "daemon", "restart", status=0).stderr
    warning = f"keyturn: warning: the daemon runs with state {shared}, not {machine.state}: keyturn daemon restart\n"
    assert told in {"", warning}, "it leaves by itself, in two seconds"
    machine.run("keyturn", "token", "ci", status=0)


def test_another_version_and_another_state_are_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(machine)
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(other_daemon, "__version__", "99.0")
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    other_daemon.warn.__wrapped__()
    said = capsys.readouterr().err
    assert f"version {keyturn.__version__}, not 99.0; state {machine.state}, not {tmp_path}/state: " in said
    assert said.count("\n") == 1
    other_daemon.differences.cache_clear()
    monkeypatch.setattr(other_daemon, "WHICH", client.Request("GET", "/v1/which"))  # as one without that route
    other_daemon.warn.__wrapped__()
    other_daemon.differences.cache_clear()
    older = "an older version than 99.0: keyturn daemon restart"
    assert capsys.readouterr().err == f"keyturn: warning: the daemon runs with {older}\n"


def test_it_does_not_live_with_its_starters_descriptor_limit(machine: Machine) -> None:
    machine.run(need("sh"), "-c", "ulimit -S -n 32 && keyturn daemon start", status=0)
    limits = Path(f"/proc/{machine.daemon_pid()}/limits").read_text(encoding="ascii")
    (line,) = (line for line in limits.splitlines() if line.startswith("Max open files"))
    soft, hard = line.split()[3:5]
    assert soft == hard or int(soft) >= 1 << 16
