"""The configuration as the running daemon sees it: looked at on each request, never obeyed when it is not safe."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from support.daemon import wire
from support.machine.interpreters import NOBODY
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from subprocess import CompletedProcess

__all__ = ["scene"]


def token(scene: Scene, profile: str = "ci") -> CompletedProcess[str]:
    return scene.machine.run("keyturn", "token", profile)


def told(done: CompletedProcess[str]) -> tuple[int, str, str]:
    """Exit status, error and hint of a failure that says exactly that."""
    error, hint = done.stderr.splitlines()
    assert error.startswith("keyturn: error: ")
    assert hint.startswith("keyturn: hint: ")
    return done.returncode, error.removeprefix("keyturn: error: "), hint.removeprefix("keyturn: hint: ")


def test_a_change_counts_from_the_next_request_on(scene: Scene) -> None:
    machine, pid = scene.machine, scene.machine.daemon_pid()
    assert token(scene).returncode == 0
    machine.configure(scene.config.replace(".ci]", ".robot]").replace('"ci"', '"robot"'))
    assert told(token(scene))[1] == f"there is no profile of that name in {machine.config_file}"
    status, error, hint = told(token(scene, "robot"))
    assert (status, error) == (3, "profile robot has no client secret yet")
    assert hint == "keyturn secret set robot -"
    assert machine.daemon_pid() == pid


def test_a_mistake_is_told_to_every_request_and_mended_without_a_restart(scene: Scene) -> None:
    machine, pid = scene.machine, scene.machine.daemon_pid()
    right = machine.config_file.read_text()
    assert token(scene).returncode == 0
    machine.config_file.write_text(right.replace("flow =", "flwo ="))
    git = machine.run("git-credential-keyturn", "--ours", "get", input=scene.attributes())
    for done in (token(scene), git, machine.run("keyturn", "login", "ci")):
        status, error, hint = told(done)
        assert status == 2
        assert f"{machine.config_file}: profile.ci" in error
        assert "flow" in hint
    assert machine.json("status")["configuration"]["error"].startswith(str(machine.config_file))
    machine.config_file.write_text(right)
    assert scene.ask().returncode == 0
    assert token(scene).returncode == 0
    assert (machine.daemon_pid(), scene.tokens_issued()) == (pid, 1)


def test_a_daemon_that_starts_with_a_mistake_says_so_and_gets_over_it(scene: Scene) -> None:
    machine = scene.machine
    machine.kill_daemon()
    right = machine.config_file.read_text()
    machine.config_file.write_text("[profile.ci\n")
    status, error, _ = told(token(scene))
    assert (status, error.startswith(f"{machine.config_file}: not TOML")) == (2, True)
    machine.config_file.write_text(right)
    assert token(scene).returncode == 0


def until_refused(scene: Scene) -> tuple[int, str, str]:
    """How a token is refused once the daemon has looked at the directory again, which it does every second."""
    while (done := token(scene)).returncode == 0:
        pass
    return told(done)


def test_no_request_is_answered_by_the_file_before(scene: Scene) -> None:
    machine = scene.machine
    fresh = machine.config / "fresh.toml"
    table = "[targets.docker]\n" if "[targets.docker]" not in scene.config else ""
    for number in range(1000):
        server = f"registry{number}.azurecr.io"
        fresh.write_text(f'{scene.config}\n{table}"{server}" = "ci"\n[daemon]\nkey = "file"\n')
        fresh.replace(machine.config_file)
        answer = wire.exchange(machine.socket, wire.post("/v1/docker/list"))
        assert list(json.loads(answer.body)) == [server]


@pytest.mark.parametrize("loose", ["file", "directory"])
def test_a_configuration_that_others_could_write_is_refused(scene: Scene, loose: str) -> None:
    machine = scene.machine
    place = machine.config_file if loose == "file" else machine.config
    mode = place.stat().st_mode & 0o777
    place.chmod(mode | 0o020)
    status, error, hint = until_refused(scene)
    assert (status, error) == (2, f"{place} can be written by others: its mode is {mode | 0o020:04o}")
    assert hint == f"chmod go-w {place}"
    place.chmod(mode)
    assert token(scene).returncode == 0


@pytest.mark.root
@pytest.mark.parametrize("foreign", ["file", "directory"])
def test_a_configuration_of_somebody_elses_is_refused(scene: Scene, foreign: str) -> None:
    machine = scene.machine
    place = machine.config_file if foreign == "file" else machine.config
    os.chown(place, NOBODY, NOBODY)
    status, error, _ = until_refused(scene)
    assert (status, error) == (2, f"{place} is not yours: its owner is uid {NOBODY}")
    os.chown(place, 0, 0)
    assert token(scene).returncode == 0


def test_a_linked_directory_is_followed_and_what_it_leads_to_is_checked(scene: Scene) -> None:
    machine = scene.machine
    elsewhere = machine.home / "dotfiles"
    shutil.move(machine.config, elsewhere)
    machine.config.symlink_to(elsewhere)
    assert token(scene).returncode == 0
    elsewhere.chmod(0o777)
    assert until_refused(scene)[0] == 2


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_said_to_be_so(scene: Scene, make: Callable[[Path], None]) -> None:
    scene.machine.config_file.unlink()
    make(scene.machine.config_file)
    for _ in range(2):
        status, error, _ = told(token(scene))
        assert (status, error) == (2, f"{scene.machine.config_file} is not a regular file")


def test_a_log_level_counts_without_a_restart(scene: Scene) -> None:
    log = scene.machine.state / "keyturnd.log"
    scene.machine.configure(f'{scene.config}\n[daemon]\nkey = "file"\nlog = "error"\n')
    token(scene)
    before = log.read_text()
    token(scene)
    assert log.read_text() == before


@pytest.mark.parametrize("daemon", [False, True])
@pytest.mark.parametrize(
    ("words", "answer"), [([], ""), (["--ours"], "quit=1\n"), (["--profile=ci", "--ours"], "quit=1\n")]
)
def test_an_invalid_configuration_stops_git_where_setup_said_it_is_ours(
    daemon: bool, words: list[str], answer: str, scene: Scene  # noqa: FBT001 - a parameter
) -> None:  # fmt: skip
    if not daemon:
        scene.machine.stop()
    scene.machine.configure("[profile.x]\nprovidre = 1\n")
    asked = scene.machine.run("git-credential-keyturn", *words, "get", input=scene.attributes())
    assert asked.stdout == answer
    assert (asked.returncode, "config.toml: profile.x" in asked.stderr) == ((2, True) if answer else (0, False))
    for operation in ("store", "erase") if not answer else ():
        done = scene.machine.run("git-credential-keyturn", operation, input=scene.attributes())
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    scene.machine.configure(scene.config)
    assert password_of(scene.machine.run("git-credential-keyturn", *words, "get", input=scene.attributes()).stdout)
