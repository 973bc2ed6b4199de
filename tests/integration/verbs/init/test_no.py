"""Whoever says no, or nothing, to a question of `init`'s finds everything as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.cluster import CONTEXT
from support.scenes.newcomer import Newcomer, newcomer

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["newcomer"]

BEFORE = "# nothing yet\n"


def tree(machine: Machine) -> dict[str, bytes]:
    """All that is in the home but what a daemon keeps of itself, and kubectl for itself."""
    own, kubectls = machine.state, machine.home / ".kube/cache"
    files = (path for path in machine.home.rglob("*") if path.is_file() and not {own, kubectls} & {*path.parents})
    kept = {str(path): path.read_bytes() for path in own.glob("*.json") if path.name != "holder.json"}
    return {str(path): path.read_bytes() for path in files} | kept


def answered(machine: Machine, words: tuple[str, ...], *answers: tuple[str, str], status: int = 1) -> str:
    """What was seen, once each question had its answer, and nothing had changed."""
    machine.configure(BEFORE)
    before = tree(machine)
    with machine.terminal(*words) as terminal:
        for question, answer in answers:
            terminal.wait_for(question)
            terminal.type(f"{answer}\n")
        assert terminal.end() == status
        seen = " ".join(terminal.seen.split())
    assert tree(machine) == before
    return seen


@pytest.fixture
def foreign(newcomer: Newcomer) -> Path:
    """A kubeconfig that came with a clone, named by a variable."""
    need("kubectl")
    path = newcomer.machine.home / "clone/kubeconfig"
    path.parent.mkdir()
    path.write_text(newcomer.emulator.ready.kubeconfig, encoding="ascii")
    newcomer.machine.environment["KUBECONFIG"] = str(path)
    return path


def of_application(newcomer: Newcomer, *more: str) -> tuple[str, ...]:
    ready = newcomer.emulator.ready
    return (
        "--service", "aks", "--flow", "client-secret", "--tenant", ready.tenant, "--application-id",
        ready.clients["service"]["application_id"], "--authority", ready.authority, "--ca-file", ready.ca_file, *more,
    )  # fmt: skip


@pytest.mark.parametrize("by", ["context", "server"])
def test_a_kubeconfig_of_somebody_elses_is_asked_about_before_anything_is_written(
    newcomer: Newcomer, foreign: Path, by: str
) -> None:
    machine, ready = newcomer.machine, newcomer.emulator.ready
    place = CONTEXT if by == "context" else ready.cluster
    words = ("keyturn", "init", place, *of_application(newcomer, "--secret", f"@{machine.home}/secret"))
    (machine.home / "secret").write_text(ready.clients["service"]["secret"])
    seen = answered(machine, words, (r"sign in\? \[y/N\] ", "y"), (r"shall that count\? \[y/N\] ", "n"))
    assert f"as {foreign} says, which KUBECONFIG names" in seen
    assert "error: nothing was written" in seen
    with machine.terminal(*words) as terminal:
        for question in (r"sign in\? \[y/N\] ", r"shall that count\? \[y/N\] "):
            terminal.wait_for(question)
            terminal.type("y\n")
        terminal.wait_for(f"kubectl reads {ready.cluster}: ")
        assert terminal.end() == 0
        assert terminal.seen.count("shall that count?") == 1


def test_where_nobody_can_be_asked_the_command_that_agrees_helps(newcomer: Newcomer, foreign: Path) -> None:
    """A job has its kubeconfig in a variable, and no terminal: all else is done, and that command does the rest."""
    machine, ready = newcomer.machine, newcomer.emulator.ready
    words = of_application(newcomer, "--secret", "-", "--yes")
    secret = ready.clients["service"]["secret"]
    done = machine.run("keyturn", "init", CONTEXT, ready.cluster, *words, input=secret, status=1)
    hint = f"keyturn setup kube --context {CONTEXT} --kubeconfig {foreign}"
    assert done.stderr.endswith(f"keyturn: hint: if it is a file of your own, name it: {hint}\n")
    machine.run(*hint.split(), status=0)
    assert "kube-credential-keyturn" in foreign.read_text()


def test_a_registry_that_refuses_is_told_in_the_words_of_its_helper(newcomer: Newcomer) -> None:
    """Its last line is the hint, and no reason."""
    registry = newcomer.emulator.ready.registry
    newcomer.emulator.control.settings(registry_firewalled=True)
    words = ("acr" if word == "aks" else word for word in of_application(newcomer, "--secret", "-", "--yes"))
    secret = newcomer.emulator.ready.clients["service"]["secret"]
    done = newcomer.machine.run("keyturn", "init", registry, *words, input=secret, status=1)
    error, hint = done.stderr.splitlines()[-2:]
    refused = f"{registry} refused profile work: client with IP '127.0.0.1' is not allowed access"
    assert error.startswith(f"keyturn: error: docker gets no login for {registry}: {refused}")
    assert hint.startswith("keyturn: hint: reach it another way (VPN, private endpoint)")


def test_a_secret_that_is_not_entered(newcomer: Newcomer) -> None:
    words = ("keyturn", "init", newcomer.emulator.ready.cluster, *of_application(newcomer))
    seen = answered(newcomer.machine, words, (r"sign in\? \[y/N\] ", "y"), (r"client secret of work: ", ""))
    assert "error: nothing was entered" in seen


def test_a_refresh_token_that_is_not_entered(newcomer: Newcomer) -> None:
    """Nobody signs in for one: it is asked for like a secret."""
    options = [word.replace("client-secret", "refresh-token") for word in of_application(newcomer)]
    words = ("keyturn", "init", newcomer.emulator.ready.cluster, *options)
    seen = answered(newcomer.machine, words, (r"sign in\? \[y/N\] ", "y"), (r"refresh token of work: ", ""))
    assert "error: nothing was entered" in seen


def test_a_secret_whose_file_is_not_there(newcomer: Newcomer) -> None:
    words = ("keyturn", "init", newcomer.emulator.ready.cluster, *of_application(newcomer, "--secret", "@nowhere"))
    answered(newcomer.machine, words, (r"sign in\? \[y/N\] ", "y"), status=2)


@pytest.mark.parametrize("secret", ["two\nlines", ""])
def test_a_secret_that_can_be_none(secret: str, newcomer: Newcomer) -> None:
    """Nothing has been written by then: the next try finds no half of this one."""
    options = of_application(newcomer, "--secret", "env:SECRET", "--yes")
    done = newcomer.machine.run(
        "keyturn", "init", newcomer.emulator.ready.cluster, *options, status=2, SECRET=secret
    )  # fmt: skip
    assert done.stderr.startswith("keyturn: error: a secret is one line of visible characters\n")
    assert not newcomer.machine.config_file.exists()


@pytest.mark.parametrize("option", ["--certificate", "--ca-file"])
def test_a_file_whose_name_is_mistyped(option: str, newcomer: Newcomer) -> None:
    """With its name put right it would be another profile, and this one be left over."""
    ready = newcomer.emulator.ready
    application = ready.clients["service"]["application_id"]
    words = ("--service", "aks", "--tenant", ready.tenant, "--application-id", application, "--yes")
    machine = newcomer.machine
    done = machine.run("keyturn", "init", ready.cluster, *words, option, "typo.pem", status=2)
    assert done.stderr.endswith(f"keyturn: hint: ls -ld {machine.home}/typo.pem\n")
    assert not machine.config_file.exists()


def test_no_place(newcomer: Newcomer) -> None:
    seen = answered(newcomer.machine, ("keyturn", "init"), ("where do you need tokens", ""), status=2)
    assert "error: a place is needed" in seen
