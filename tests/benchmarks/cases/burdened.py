"""The warm answer of each family, native and twin, of a daemon that has more to do, or more to hold."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import burdens
from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from benchmarks.stage import Stage

ALONE = "unburdened"
SHARE = 5
"""One turn of everything for so many of the other cases' runs: fifteen programs of it are Python's."""


class Condition(NamedTuple):
    """On which machine a helper is run, and what is going on there meanwhile."""

    machine: Stage
    burden: Callable[[Stage], AbstractContextManager[None]] = burdens.nothing


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build is beside this one where nothing burdens it
    with ExitStack() as stack:
        conditions = _conditions(stage, stack)
        for condition in conditions.values():
            for command in condition.machine.helpers().values():
                command.run()  # from here on the token is in memory
        turns = {name: partial(_turn, condition) for name, condition in conditions.items()}
        times = in_turns(turns, max(1, rounds // SHARE))
    helpers = list(stage.helpers())
    return Result(
        [
            _row(helper, condition, values[number :: len(helpers)])
            for number, helper in enumerate(helpers)
            for condition, values in times.items()
        ]
    )


def _conditions(stage: Stage, stack: ExitStack) -> dict[str, Condition]:
    return {
        ALONE: Condition(stage),
        "during acquisitions": Condition(stage, burdens.acquisitions),
        f"beside {burdens.STALLED} that say nothing": Condition(stage, burdens.silence),
        f"{burdens.RECORDS} records": Condition(stack.enter_context(burdens.many_records(stage))),
        f"{burdens.TARGETS} targets": Condition(stack.enter_context(burdens.many_targets(stage))),
    }


def _turn(condition: Condition) -> list[float]:
    """Milliseconds of each helper, in the order of Stage.helpers whatever the order they were run in."""
    with condition.burden(condition.machine):
        times = in_turns({name: command.timed for name, command in condition.machine.helpers().items()}, 1)
    return [taken for values in times.values() for taken in values]


def _row(helper: str, condition: str, values: list[float]) -> Row:
    peers = () if condition == ALONE else (f"{helper}, {ALONE}",)
    return Row(f"{helper}, {condition}", "ms", values, peers, ours=True)
