"""How long the first caller after a start of the machine waits: no daemon yet, the token sealed in the vault."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

NAME = "git, native, no daemon"
SHARE = 10
"""One cold start for so many of the other cases' runs: each takes a quarter of a second, and stopping the daemon."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    for stage in stages:
        stage.run("keyturn", "setup", "git", status=0)
        stage.native("git").run()  # now the token is in the vault, too
    provider = stages[0].emulator.control
    asked = provider.count("token")
    times = in_turns({stage.label(NAME): partial(_once, stage) for stage in stages}, max(1, rounds // SHARE))
    assert provider.count("token") == asked, "what was measured is not a start alone: the provider was asked"
    earlier = stages[0].earlier(stages, NAME)
    return Result(
        [Row(name, "ms", values, earlier if name == NAME else (), name == NAME) for name, values in times.items()]
    )


def _once(stage: Stage) -> list[float]:
    stage.stop()
    return stage.git_as_set_up().timed()
