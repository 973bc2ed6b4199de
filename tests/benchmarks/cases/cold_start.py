"""How long the first caller waits where no daemon is: with its token sealed in the vault, and with none yet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

SEALED, FETCHED = "git, native, no daemon", "git, native, no daemon, no token"
SHARE = 10
"""One cold start for so many of the other cases' runs: each takes a quarter of a second, and stopping the daemon."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    turns = max(1, rounds // SHARE)
    contestants: dict[str, Contestant] = {}
    for stage in stages:
        stage.run("keyturn", "setup", "git", status=0)
        stage.native("git").run()  # now the token is in the vault, too
        contestants |= {stage.label(SEALED): partial(_sealed, stage), stage.label(FETCHED): partial(_fetched, stage)}
    provider = stages[0].emulator.control
    asked = provider.count("token")
    times = in_turns(contestants, turns)
    assert provider.count("token") == asked + turns * len(stages), "the provider was asked for what was there, too"
    return Result([_row(stages, name, values) for name, values in times.items()])


def _row(stages: Sequence[Stage], name: str, values: list[float]) -> Row:
    ours = name in {SEALED, FETCHED}
    return Row(name, "ms", values, stages[0].earlier(stages, name) if ours else (), ours)


def _sealed(stage: Stage) -> list[float]:
    stage.stop()
    return stage.git_as_set_up().timed()


def _fetched(stage: Stage) -> list[float]:
    stage.stop()
    stage.forget_tokens()
    return stage.git_as_set_up().timed()
