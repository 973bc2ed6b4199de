"""`keyturn setup` as a whole, where there is nothing yet that a tool could be set up for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


def test_without_a_profile_it_says_what_comes_first(machine: Machine) -> None:
    refused = machine.run("keyturn", "setup", status=2)
    assert "keyturn: error: there is no configuration: " in refused.stderr
    machine.configure("")
    refused = machine.run("keyturn", "setup", status=2)
    assert "keyturn: error: there is no profile" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(("words", "what"), [((), "target"), (("git",), "git target"), (("kube",), "kube target")])
def test_where_there_is_no_target_no_tool_asks_for_one(words: tuple[str, ...], what: str, machine: Machine) -> None:
    machine.configure("")
    done = machine.run("keyturn", "setup", "--check", *words, status=0)
    assert done.stdout == f"keyturn: nothing to set up: {machine.config_file} has no {what}\n"


def test_undo_of_all_tells_what_it_cannot_read_and_undoes_the_rest(machine: Machine, emulator: Emulator) -> None:
    machine.configure(emulator.ready.config)
    machine.run("keyturn", "setup", "git", status=0)
    machine.run("keyturn", "setup", "docker", status=0)
    file = machine.home / ".docker/config.json"
    sound = file.read_bytes()
    file.write_text("{,", encoding="ascii")
    (machine.state / "setup-git.json").write_text("{", encoding="ascii")
    refused = machine.run("keyturn", "setup", "--undo", status=1)
    assert "setup-git.json is not what keyturn wrote\n" in refused.stderr
    assert f"keyturn: error: {file} is not the JSON that docker reads\n" in refused.stderr
    closed = machine.run("/bin/sh", "-c", f"{machine.programs}/keyturn setup --undo >&-", status=1)
    assert closed.stderr == refused.stderr, "who closes its output gets the same errors"
    (machine.state / "setup-git.json").unlink()
    file.write_bytes(sound)
    assert (
        f"keyturn: {file}: the credHelpers entry for " in machine.run("keyturn", "setup", "--undo", status=0).stdout
    )


def test_undo_of_all_finds_what_came_along_from_another_machine(machine: Machine, emulator: Emulator) -> None:
    """The home does, and the state does not (guides/later.md); `setup` finds everything as it would write it."""
    machine.configure(emulator.ready.config)
    for tool in ("git", "docker"):
        machine.run("keyturn", "setup", tool, status=0)
    for note in machine.state.glob("setup-*.json"):
        note.unlink()
    for tool in ("git", "docker"):
        machine.run("keyturn", "setup", tool, status=0)
    undone = machine.run("keyturn", "setup", "--undo", status=0).stdout
    assert f"keyturn: git no longer asks keyturn for {emulator.ready.git}\n" in undone
    assert "the credHelpers entry for " in undone
    assert machine.run("keyturn", "setup", "--undo", status=0).stdout == "keyturn: nothing is set up\n"
