"""`keyturn run` with the daemon's answer: the command sees what it does through Python, which tells what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.awx import AwxScene, awx
from support.scenes.scene import Scene, scene
from support.scenes.typed import Typed

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

__all__ = ["awx", "scene"]

SHOW = """
env | sort
pwd
printf '%s,' "$0" "$@"
umask
ulimit -c
ls /proc/self/fd
grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status
cat
"""


@pytest.fixture
def typed(scene: Scene) -> Typed:
    """A daemon that has the token of `ci`."""
    scene.machine.run("keyturn", "run", "ci", "--", need("true"), status=0)
    return Typed(scene.machine)


def told(done: CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def test_the_command_sees_what_it_sees_through_python(typed: Typed) -> None:
    """Variables, directory, words, mask, limits, descriptors, signals, input: everything but who its parents were."""
    variables = {"KEYTURN_TOKEN": "old", "PYTHONPATH": "/x", "LC_CTYPE": "C", "_": "x", "SHLVL": "1"}
    for options in ("ci", "ci --audience azure-devops", "--no-browser ci --min-life 30m"):
        words = ("run", *options.split(), "--", "sh", "-c", SHOW, "a b", "--", "", "--json")
        seen = told(typed.run(*words, input="the command's", **variables))
        assert not typed.took_python(), options
        assert (seen[0], seen[2]) == (0, "")
        assert seen == told(typed.in_python(*words, input="the command's", **variables)), options
    token = typed.run("token", "ci").stdout
    assert f"\nKEYTURN_TOKEN={token}" in seen[1]
    assert "\nPYTHONPATH=/x\n" in seen[1]


def test_a_script_knows_the_name_it_was_found_by(typed: Typed, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\necho "$0"\nexit 7\n', encoding="ascii")
    script.chmod(0o755)
    for place in (f"{tmp_path}", f"{tmp_path}/", f"/nonexistent:{tmp_path}", ":/bin"):
        words = ("run", "ci", "--", "script")
        seen = told(typed.run(*words, directory=tmp_path, PATH=place))
        assert (seen[0], typed.took_python()) == (7, False), place
        assert seen == told(typed.in_python(*words, directory=tmp_path, PATH=place)), place


def test_what_cannot_be_run_is_told_by_python(typed: Typed, tmp_path: Path) -> None:
    odd, plain = tmp_path / "odd", tmp_path / "plain"
    odd.write_bytes(b"\0\1\2")
    odd.chmod(0o755)
    plain.touch(mode=0o644)
    for words, status in (
        (["ci", "--", "no-such-command"], 127), (["ci", "--", str(plain)], 126), (["ci", "--", str(tmp_path)], 126),
        (["ci", "--", str(odd)], 126), (["ci", "--", ""], 127), (["ci", "--"], 2), (["ci"], 2),
        (["me", "--", "true"], 3), (["ci", "--json", "--", "true"], 2), (["none", "--", "true"], 2), (["--help"], 0),
    ):  # fmt: skip
        answer = told(typed.run("run", *words))
        assert (answer[0], typed.took_python()) == (status, True), words
        assert answer == told(typed.in_python("run", *words)), words


def test_a_file_of_variables_is_pythons(typed: Typed) -> None:
    typed.run("run", "ci", "--vars-file", "--", "true", status=0)
    assert typed.took_python()


def test_so_are_the_variables_of_an_awx(awx: AwxScene) -> None:
    awx.entrust()
    awx.token()
    typed = Typed(awx.machine)
    assert typed.run("run", "tower", "--", "sh", "-c", "echo $CONTROLLER_HOST").stdout == f"{awx.urls['tower']}\n"
    assert typed.took_python()


def test_it_runs_where_it_was_started_even_where_nobody_may_search(typed: Typed) -> None:
    """The way back from the socket's directory takes a right that this directory does not give."""
    closed = typed.machine.home / "closed"
    closed.mkdir()
    script = f'cd {closed} && chmod 0 . && exec "$@"'
    words = ("run", "ci", "--", "/bin/sh", "-c", "readlink /proc/self/cwd")
    done = typed.through((need("sh"), "-c", script, "sh"), *words)
    closed.chmod(0o700)
    assert told(done) == (0, f"{closed}\n", "")
