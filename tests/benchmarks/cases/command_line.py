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
    commands = {ALONE: Command([str(stages[0].programs / "python"), "-c", "pass"], stages[0].environment)}
    compared: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        stage.run("keyturn", "daemon", "start")
        for words in VERBS:
            name = " ".join(["keyturn", *words])
            commands[stage.label(name)] = Command([str(stage.programs / "keyturn"), *words], stage.environment)
            compared[stage.label(name)] = (ALONE, *stage.earlier(stages, name)) if stage.ours else ()
    times = in_turns({name: command.burdened for name, command in commands.items()}, rounds)
    return Result(
        [
            Row(name, "ms CPU", values, compared.get(name, ()), bool(compared.get(name)))
            for name, values in times.items()
        ]
    )
