"""Answers of a daemon that has more to do: several clients, an acquisition, connections that say nothing.

Each client asks twenty times a second, with pauses, as people and their tools do; what counts is the slowest answer.
One acquisition follows the other, each asked for by somebody; a renewal ahead of time is such a process, too. Their
provider, the emulator, computes on the same processors, which Entra ID would not.
"""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.cases.daemon.share import exchange
from benchmarks.measured import Result, Row
from benchmarks.timing import from_processes, in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from benchmarks.stage import Stage

ALONE = "one client alone"
A_SECOND = 20
CLIENTS = 8
SHARE = 5
"""One request for so many of the other cases' runs, each of which takes a twentieth of a second."""
AT_A_TIME = 40
"""Requests until it is another condition's turn: a slow moment of the machine shall not be one condition's alone."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build is beside this one where only the daemon's own time counts
    stage.native("docker").run()
    requests = max(2, rounds // SHARE) * CLIENTS
    turns = max(1, requests // AT_A_TIME)
    conditions = {
        name: partial(_turn, stage, requests // turns, *condition) for name, condition in CONDITIONS.items()
    }
    return Result(
        [
            Row(name, "ms", values, () if name == ALONE else (ALONE,), ours=True)
            for name, values in in_turns(conditions, turns).items()
        ]
    )


def _turn(
    stage: Stage, requests: int, clients: int, burden: Callable[[Stage], AbstractContextManager[None]]
) -> list[float]:
    request = wire.post("/v1/docker/get", stage.emulator.ready.registry.encode())
    with burden(stage):
        return from_processes(clients, partial(_at_times, stage.socket, request, requests // clients))


def _at_times(path: Path, request: bytes, requests: int) -> list[float]:
    times = []
    for _ in range(requests):
        time.sleep(random.uniform(0.5, 1.5) / A_SECOND)  # noqa: S311 - so that clients do not march in step
        began = time.perf_counter()
        exchange(path, request)
        times.append((time.perf_counter() - began) * 1000)
    return times


CONDITIONS: dict[str, tuple[int, Callable[[Stage], AbstractContextManager[None]]]] = {
    ALONE: (1, burdens.nothing),
    f"{CLIENTS} clients": (CLIENTS, burdens.nothing),
    "during acquisitions": (1, burdens.acquisitions),
    f"beside {burdens.STALLED} that say nothing": (1, burdens.silence),
}
