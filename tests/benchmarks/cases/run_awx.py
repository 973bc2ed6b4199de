"""How long `keyturn run` takes to become a command that gets a held AWX token: the whole process, the command `true`.

It is set beside what the interpreter alone takes that it runs on, followed by the same command. A token of Entra
ID is one variable, which takes no interpreter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

NAME = "keyturn run tower -- true"
OF_ENTRA = "keyturn run ci -- true"
ALONE = "python -c pass, then true"
TRUE = "/bin/true"
THEN_TRUE = f"import os; os.execv({TRUE!r}, [{TRUE!r}])"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    commands = {}
    for stage in stages:
        stage.add_awx()
        command = Command([str(stage.programs / "keyturn"), "run", "tower", "--", TRUE], stage.environment)
        command.run()  # from here on the token is in memory
        commands[stage.label(NAME)] = command
    commands |= {OF_ENTRA: _of_entra(stages[0])}
    python = str(stages[0].programs / "python")
    commands |= {ALONE: Command([python, "-c", THEN_TRUE], stages[0].environment)}
    created = stages[0].emulator.control.count("controller.tokens.create")
    times = in_turns({name: command.timed for name, command in commands.items()}, rounds)
    assert stages[0].emulator.control.count("controller.tokens.create") == created, "the server was asked"
    peers = {NAME: (ALONE, *stages[0].earlier(stages, NAME)), OF_ENTRA: (ALONE,)}
    return Result([Row(name, "ms", values, peers.get(name, ()), name in peers) for name, values in times.items()])


def _of_entra(stage: Stage) -> Command:
    words = ["run", "ci", "--audience", "azure-devops", "--", TRUE]
    command = Command([str(stage.programs / "keyturn"), *words], stage.environment)
    command.run()
    return command
