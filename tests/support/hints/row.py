"""What a row of the table of hints is."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from support.scenes.scene import Scene

if TYPE_CHECKING:
    from keyturn.errors import KeyturnError
    from support.machine.terminal import Terminal

Act = Callable[[Scene], subprocess.CompletedProcess[str]]


class Row(NamedTuple):
    """`fail` brings about the state and ends in the hint; `shows`: what its output holds, for a cure of how it ends.

    With a `person` the hint is run at a terminal, where the person does that.
    """

    fail: Act
    shows: str
    person: Callable[[Scene, Terminal], None] | None = None
    proof: Act | None = None
    """For a cure: what succeeds then, and did not before; `fail` itself where nothing is said."""
    then: str = ""
    """For a cure of the shell it is typed into: what succeeds there afterwards."""
    warns: bool = False
    """Whether it is the hint of a warning: the command itself succeeds."""


def words(*argv: str, typed: str = "", **environment: str) -> Act:
    """A command of the machine, whose environment stays so."""

    def act(scene: Scene) -> subprocess.CompletedProcess[str]:
        scene.machine.environment |= environment
        return scene.machine.run(*argv, input=typed)

    return act


def told_by(error: KeyturnError) -> subprocess.CompletedProcess[str]:
    """As a program ends that prints `error`, where only another machine or a full disk would bring it about."""
    return subprocess.CompletedProcess([], error.exit_status, "", error.lines())
