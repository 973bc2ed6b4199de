"""Answers of a daemon with many records in its vault, beside one with a few."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.cases.daemon.share import closed_loop
from benchmarks.measured import Result, Row
from benchmarks.timing import from_processes, in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

FEW, MANY = "a few records", "many records"
SHARE = 20


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]
    request = wire.post("/v1/git/get", stage.git_request())
    stage.native("git").run()
    with burdens.many_records(stage) as many:
        # Each turn in a new process: a client that asked before was perhaps refused with what it got.
        contestants = {
            name: partial(from_processes, 1, partial(closed_loop, machine.socket, request))
            for name, machine in ((FEW, stage), (MANY, many))
        }
        times = in_turns(contestants, max(1, rounds // SHARE))
    return Result(
        [Row(name, "ms", values, () if name == FEW else (FEW,), ours=True) for name, values in times.items()]
    )
