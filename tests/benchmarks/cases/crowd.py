"""A hundred helpers at once and no daemon: as many answers, one daemon, and one request to the provider at most."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

HELPERS = 100
SHARE = 100
"""One crowd for so many of the other cases' runs."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    helpers = min(HELPERS, max(8, rounds))
    name = f"{helpers} times git, native, no daemon, no token"
    contestants = {stage.label(name): lambda stage=stage: [_crowd(stage, helpers)] for stage in stages}
    times = in_turns(contestants, max(1, rounds // SHARE))
    earlier = stages[0].earlier(stages, name)
    return Result(
        [Row(each, "ms", values, earlier if each == name else (), each == name) for each, values in times.items()]
    )


def _crowd(stage: Stage, helpers: int) -> float:
    """Milliseconds until the last one is answered."""
    stage.stop()
    stage.forget_tokens()
    command, provider = stage.native("git"), stage.emulator.control
    asked = provider.count("token")
    began = time.perf_counter()
    running = [
        subprocess.Popen(command.argv, env=command.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(helpers)
    ]
    answers = {process.communicate(command.stdin)[0] for process in running}
    taken = (time.perf_counter() - began) * 1000
    assert len(answers) == 1, answers
    assert b"password=" in answers.pop()
    assert provider.count("token") == asked + 1
    return taken
