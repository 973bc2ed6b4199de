"""What processor time people's shortest commands take, beside the interpreter that they run on doing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

VERBS = (("status",), ("status", "--json"), ("completion", "--names", "profiles"))
ALONE = "python -c pass"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build has not all of these
    stage.run("keyturn", "daemon", "start")
    commands = {ALONE: Command([str(stage.programs / "python"), "-c", "pass"], stage.environment)}
    for words in VERBS:
        argv = [str(stage.programs / "keyturn"), *words]
        commands[" ".join(["keyturn", *words])] = Command(argv, stage.environment)
    times = in_turns({name: command.burdened for name, command in commands.items()}, rounds)
    return Result(
        [
            Row(name, "ms CPU", values, () if name == ALONE else (ALONE,), name != ALONE)
            for name, values in times.items()
        ]
    )
