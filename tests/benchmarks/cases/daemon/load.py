"""Answers of a daemon that has more to do: several clients, an acquisition, connections that say nothing.

Each client asks twenty times a second, with pauses, as people and their tools do; what counts is the slowest answer.
"""

from __future__ import annotations

import random
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.cases.daemon.share import exchange
from benchmarks.measured import Result, Row
from benchmarks.timing import from_processes
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


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build is beside this one where only the daemon's own time counts
    stage.native("docker").run()
    asking = partial(_at_times, stage.socket, wire.post("/v1/docker/get", stage.emulator.ready.registry.encode()))
    requests = max(2, rounds // SHARE)
    rows = []
    for name, (clients, burden) in CONDITIONS.items():
        with burden(stage):
            values = from_processes(clients, partial(asking, requests * CLIENTS // clients))
        rows.append(Row(name, "ms", values, () if name == ALONE else (ALONE,), ours=True))
    return Result(rows)


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
