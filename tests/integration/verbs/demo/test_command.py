"""`keyturn demo`, run for real: every step green, claims that are checked, and nothing left however it ends."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import keyturn
import keyturn_emulator
from support.machine import reaper
from support.machine.machine import PROGRAMS
from support.machine.terminal import INTERRUPT
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from support.machine.machine import Machine


class Theatre:
    """Runs the demo on `machine`, watched: whatever it leaves fails the test."""

    def __init__(self, machine: Machine, directory: Path) -> None:
        self.machine = machine
        self.places = directory / "tmp"
        self.places.mkdir()
        machine.environment["TMPDIR"] = str(self.places)
        self._report = directory / "left.json"
        self.command = (sys.executable, reaper.__file__, str(self._report), str(PROGRAMS / "keyturn"), "demo")

    def run(self, *options: str, status: int) -> CompletedProcess[str]:
        return self.machine.run(*self.command, *options, status=status)

    def break_git(self, verb: str, script: str) -> None:
        """From now on `git VERB` does what `script` says instead."""
        directory = self.places.with_name("broken")
        directory.mkdir()
        wrapper = directory / "git"
        wrapper.write_text(
            f'#!/bin/sh\n[ "$1" != {verb} ] || {{ {script}; }}\nexec {shlex.quote(need("git"))} "$@"\n'
        )
        wrapper.chmod(0o755)
        self.machine.environment["PATH"] = f"{directory}:{self.machine.environment['PATH']}"

    def assert_nothing_is_left(self) -> None:
        assert list(self.places.iterdir()) == []
        left = json.loads(self._report.read_text(encoding="utf-8"))
        assert left["later"] == []
        # An acquisition ends with its daemon, but not at the same instant.
        assert not [name for name in left["at_once"] if " -m keyturnd " in name or "emulator" in name], left


@pytest.fixture
def theatre(machine: Machine, tmp_path: Path) -> Theatre:
    need("git")
    return Theatre(machine, tmp_path)


def test_every_step_is_green(theatre: Theatre) -> None:
    home = sorted(theatre.machine.home.rglob("*"))
    outcome = json.loads(theatre.run("--json", status=0).stdout)
    assert (outcome["not_played"], outcome["interrupted"], outcome["directory"]) == ([], False, None)
    for step in outcome["steps"]:
        assert step["state"] == "green" or "no C compiler" in step["finding"], step
    commands = [command["command"] for step in outcome["steps"] for command in step["commands"]]
    assert "keyturn secret set ci - < ~/emulator/service.secret" in commands
    assert "keyturn setup git" in commands
    assert commands.count("git push") >= 4
    assert sorted(theatre.machine.home.rglob("*")) == home
    theatre.assert_nothing_is_left()


@pytest.mark.parametrize("moment", [r"keyturn_emulator", r"git clone", r"kill -9", r"enter the code"])
def test_ctrl_c_leaves_nothing(theatre: Theatre, moment: str) -> None:
    with theatre.machine.terminal(*theatre.command) as terminal:
        terminal.wait_for(moment)
        terminal.type(INTERRUPT)
        assert terminal.end() == 130
        assert "interrupted, " in terminal.seen
        assert "\nkeyturn: error" not in terminal.seen
    theatre.assert_nothing_is_left()


def test_sigterm_leaves_nothing(theatre: Theatre) -> None:
    process = theatre.machine.start(*theatre.command)
    assert process.stdout is not None
    next(line for line in process.stdout if b"git push" in line)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 128 + signal.SIGTERM
    theatre.assert_nothing_is_left()


def test_a_failing_command_is_shown_and_ends_the_demo(theatre: Theatre) -> None:
    theatre.break_git("push", "echo 'fatal: no paper' >&2; exit 128")
    played = theatre.run(status=1)
    assert "    fatal: no paper\n" in played.stdout
    assert "  FAILED  git push ended with status 128, expected 0" in played.stdout
    assert " not played; " in played.stdout.splitlines()[-1]
    error, hint = played.stderr.splitlines()
    assert error.startswith("keyturn: error: git push: the token is there already: git push ended with status 128")
    assert hint.startswith("keyturn: hint: keyturn demo --keep")
    theatre.assert_nothing_is_left()


NEW_TOKEN = "keyturn logout ci; keyturn secret set ci - <~/emulator/service.secret"


@pytest.mark.parametrize(
    ("verb", "script", "finding"),
    [
        pytest.param("push", "exit 0", "nothing was pushed", id="a push that does nothing"),
        pytest.param("push", NEW_TOKEN, "the push took 1 token requests", id="a push that needs a new token"),
        pytest.param("clone", "exit 0", "it took 0 token requests instead of one", id="a clone that asks nobody"),
    ],
)
def test_a_claim_that_does_not_hold_is_not_called_green(
    theatre: Theatre, verb: str, script: str, finding: str
) -> None:
    theatre.break_git(verb, script)
    last = json.loads(theatre.run("--json", status=1).stdout)["steps"][-1]
    assert (last["state"], last["finding"]) == ("failed", finding)


def test_a_kept_directory_stays_and_only_that(theatre: Theatre) -> None:
    theatre.break_git("push", "exit 128")
    played = theatre.run("--keep", status=1)
    (kept,) = theatre.places.iterdir()
    assert f"directory kept: {kept}" in played.stdout
    assert (kept / ".local/state/keyturn/keyturnd.log").exists()
    shutil.rmtree(kept)
    theatre.assert_nothing_is_left()


def test_where_nothing_can_be_written_it_leaves_nothing(theatre: Theatre) -> None:
    theatre.machine.run("/bin/sh", "-c", f"{shlex.join(theatre.command)} >/dev/full", status=1)
    theatre.assert_nothing_is_left()


def test_without_git_it_says_so(theatre: Theatre) -> None:
    theatre.machine.environment["PATH"] = str(PROGRAMS)
    assert "keyturn: error: a provider: the emulator: git is not installed\n" in theatre.run(status=1).stderr
    theatre.assert_nothing_is_left()


def test_without_the_extra_it_says_what_to_install(machine: Machine, tmp_path: Path) -> None:
    machine.environment["PYTHONPATH"] = ":".join(_without("starlette", "uvicorn", directory=tmp_path / "packages"))
    refused = machine.run(sys.executable, "-S", "-m", "keyturn", "demo", status=1)
    error, hint = refused.stderr.splitlines()
    assert error == "keyturn: error: the demo needs starlette and uvicorn, not installed here"
    assert hint.startswith("keyturn: hint: ")
    assert " pip install " in hint
    assert hint.endswith(" 'starlette>=0.40' 'uvicorn>=0.30'")


def _without(*names: str, directory: Path) -> Iterator[str]:
    """Places to import from that hold everything but the packages `names`."""
    directory.mkdir()
    for entry in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for package in Path(entry).iterdir():
            if not package.name.startswith(names) and not (directory / package.name).exists():
                (directory / package.name).symlink_to(package)
    yield str(directory)
    for module in (keyturn, keyturn_emulator):
        assert module.__file__ is not None
        yield str(Path(module.__file__).parents[1])
