"""How long `keyturn run` takes to become a command that gets a held AWX token: the whole process, the command `true`.

It is set beside what the interpreter alone takes that it runs on, followed by the same command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

NAME = "keyturn run tower -- true"
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
    python = str(stages[0].programs / "python")
    commands |= {ALONE: Command([python, "-c", THEN_TRUE], stages[0].environment)}
    created = stages[0].emulator.control.count("controller.tokens.create")
    times = in_turns({name: command.timed for name, command in commands.items()}, rounds)
    assert stages[0].emulator.control.count("controller.tokens.create") == created, "the server was asked"
    peers = (ALONE, *stages[0].earlier(stages, NAME))
    return Result(
        [Row(name, "ms", values, peers if name == NAME else (), name == NAME) for name, values in times.items()]
    )
