"""`contrib/try.sh`, `test.sh` and `bench.sh`: what they explain, and do with a Python that notes its calls."""

from __future__ import annotations

import os
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest

from support.installation.clone import TOOLS, Clone

if TYPE_CHECKING:
    from pathlib import Path


PIP = "-m pip install --quiet --no-user --editable .[{}] --no-input"
PYTEST = "-m pytest --numprocesses auto --dist loadfile"
CHECKS = ["-m ruff check", "-m ruff format --check", "-m mypy", "lint-imports ", PYTEST]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path, *TOOLS)
    made.python()
    return made


def explanation(clone: Clone, script: str, *words: str, **variables: str) -> list[str]:
    """The lines of stderr of a script that can do nothing."""
    return clone.run(script, *words, status=1, **variables).stderr.splitlines()


@pytest.mark.parametrize("script", ["try.sh", "test.sh", "bench.sh"])
def test_no_python(script: str, tmp_path: Path) -> None:
    assert explanation(Clone(tmp_path, *TOOLS), script) == [
        "keyturn: error: keyturn needs Python 3.11 or newer, and there is no python3",
        "keyturn: hint: install it with your system's package manager: python3 python3-venv",
    ]


def test_a_python_that_is_too_old(clone: Clone) -> None:
    lines = explanation(clone, "try.sh", VERSION="3.9")
    assert lines[0] == "keyturn: error: keyturn needs Python 3.11 or newer, and python3 is 3.9.2"


def test_a_python_without_venv(clone: Clone) -> None:
    clone.python("apt", "#!/bin/sh\n")
    assert explanation(clone, "test.sh", VENV_MODULE="no") == [
        "keyturn: error: python3 has no module venv (some systems package it apart)",
        "keyturn: hint: apt install python3-venv",
    ]


def test_no_git(tmp_path: Path) -> None:
    clone = Clone(tmp_path, *(tool for tool in TOOLS if tool != "git"))
    clone.python()
    assert explanation(clone, "try.sh")[0] == "keyturn: error: git is not installed"


def test_an_old_python3_beside_a_newer_one(clone: Clone) -> None:
    clone.python("python3", "#!/bin/sh\nexit 1\n")
    clone.python("python3.12")
    clone.run("try.sh")
    assert clone.calls() == [PIP.format("demo"), "keyturn demo"]


def test_what_is_installed_is_used_again_until_it_changes(clone: Clone) -> None:
    clone.run("try.sh", "--json")
    assert clone.calls() == [PIP.format("demo"), "keyturn demo --json"]
    clone.run("try.sh", BROKEN_PIP="yes")
    assert clone.calls() == ["keyturn demo"]
    (clone.directory / "helper/native/main.c").write_text("int main(void) { return 0; }", encoding="ascii")
    clone.run("try.sh")
    assert clone.calls() == [PIP.format("demo"), "keyturn demo"]


def test_a_clone_that_was_moved_gets_a_new_environment(clone: Clone) -> None:
    clone.run("try.sh")
    clone.calls()
    clone.directory = clone.directory.rename(clone.directory.with_name("moved"))
    assert "making" in clone.run("try.sh").stdout
    assert clone.calls() == [PIP.format("demo"), "keyturn demo"]


def test_a_directory_that_is_no_environment_is_left_alone(clone: Clone) -> None:
    (clone.directory / ".venv").mkdir()
    lines = explanation(clone, "try.sh")
    assert lines[0] == f"keyturn: error: {clone.directory}/.venv exists and is not a virtual environment"
    assert list((clone.directory / ".venv").iterdir()) == []


def test_a_clone_of_somebody_else_s(clone: Clone) -> None:
    """Not how full the disk is: venv says "Permission denied" for both."""
    clone.directory.chmod(0o500)
    if os.access(clone.directory, os.W_OK):
        pytest.skip("root may write anywhere")
    assert explanation(clone, "try.sh") == [
        f"keyturn: error: nothing can be made in {clone.directory}",
        f"keyturn: hint: ls -ld '{clone.directory}'",
    ]


def test_an_installation_that_fails_is_tried_again(clone: Clone) -> None:
    lines = explanation(clone, "test.sh", BROKEN_PIP="yes")
    assert lines[:2] == ["no route to anywhere", "keyturn: error: pip could not install keyturn (see above)"]
    clone.calls()
    clone.run("test.sh")
    assert clone.calls() == [PIP.format("test"), *CHECKS]


def test_a_helper_that_could_not_be_compiled_is_mentioned(clone: Clone) -> None:
    assert "no C compiler works here" not in clone.run("try.sh").stdout
    (clone.directory / "pyproject.toml").touch()
    shutil.rmtree(clone.directory / ".venv")
    assert "no C compiler works here" in clone.run("try.sh", HELPER="#!/bin/sh\n").stdout


@pytest.mark.parametrize("broken", ["ruff check", "mypy", "pytest"])
def test_every_check_runs_and_each_counts(clone: Clone, broken: str) -> None:
    failed = clone.run("test.sh", status=1, BROKEN_CHECK=broken)
    assert f"keyturn: error: failed: {broken}\n" in failed.stderr
    assert clone.calls() == [PIP.format("test"), *CHECKS]


def test_the_tests_run_with_the_python_that_was_named(clone: Clone) -> None:
    clone.python("python3.13")
    clone.run("test.sh", "--python", "python3.13", "tests/unit")
    assert clone.calls() == [PIP.format("test"), "-m pytest tests/unit"]
    assert (clone.directory / ".venv-python3.13" / "pyvenv.cfg").is_file()
    assert not (clone.directory / ".venv").exists()


def test_the_lowest_versions_get_an_environment_of_their_own(clone: Clone) -> None:
    clone.run("test.sh", "--lowest", "tests/unit")
    lowest = clone.directory / ".venv-lowest/lowest.txt"
    constrained = PIP.format("test").replace("--editable", f"--constraint {lowest} --editable")
    assert clone.calls() == [constrained, "-m pytest tests/unit"]
    declared = tomllib.loads((clone.directory / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    words = [*declared["dependencies"], *(word for extra in extras.values() for word in extra)]
    bounds = {word.split(";")[0] for word in words if ">=" in word}
    assert {line.replace("==", ">=") for line in lowest.read_text(encoding="ascii").splitlines()} == bounds
    assert not (clone.directory / ".venv").exists()


def test_what_takes_long(clone: Clone) -> None:
    clone.run("test.sh", "--long", "--quarters", "3")
    assert clone.calls() == [
        PIP.format("test"),
        PIP.format("long"),
        "-m fuzz",
        f"ansible.sh --rulebook {clone.directory}/.venv/ansible",
        f"registry-clients.sh {clone.directory}/.venv/registry-clients",
        "-m pytest -m long",
        "-m simulation --quarters 1000 --quarters 3",
    ]


@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_what_it_takes_is_told_before_anything_is_installed(asked: str, clone: Clone) -> None:
    told = clone.run("test.sh", asked).stdout
    assert told.startswith("sh contrib/test.sh: ")
    assert all(f"\n  {option} " in told for option in ("--python", "--lowest", "--long"))
    assert not (clone.directory / ".venv").exists()


def test_a_named_python_that_is_not_there(clone: Clone) -> None:
    assert explanation(clone, "test.sh", "--python", "python3.99", VERSION="3.11") == [
        "keyturn: error: keyturn needs Python 3.11 or newer, and there is no python3.99",
        "keyturn: hint: install it with your system's package manager: python3 python3-venv",
    ]
    assert explanation(clone, "test.sh", "--python")[0] == "keyturn: error: --python takes the name of a Python"


def test_arguments_go_to_the_benchmarks(clone: Clone) -> None:
    clone.run("bench.sh", "memory", "--against", "a wheel")
    assert clone.calls() == [PIP.format("test"), "-m benchmarks memory --against a wheel"]


@pytest.mark.parametrize(("words", "option"), [(("token",), ""), (("token", "--az"), "--az "), (("az",), "--az ")])
def test_peers_are_fetched_where_that_is_asked_for(clone: Clone, words: tuple[str, ...], option: str) -> None:
    clone.run("bench.sh", "--peers", *words)
    fetched = f"peers.sh {option}{clone.directory}/.venv/peers"
    assert clone.calls() == [PIP.format("test"), fetched, f"-m benchmarks {' '.join(words)}"]


def test_arguments_go_to_pytest_alone(clone: Clone) -> None:
    clone.run("test.sh", "tests/unit", "-k", "one or two")
    assert clone.calls() == [PIP.format("test"), "-m pytest tests/unit -k one or two"]
    clone.run("test.sh", "tests/unit", status=1, BROKEN_CHECK="pytest")
