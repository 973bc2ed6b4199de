"""Answers of a daemon that has more to do: several clients, an acquisition, connections that say nothing.

Each client asks twenty times a second, with pauses, as people and their tools do; what counts is the slowest answer.
One acquisition follows the other, each asked for by somebody; a renewal ahead of time is such a process, too. Their
provider, the emulator, computes on the same processors, which Entra ID would not.
"""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.compiled import compiled
from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from benchmarks.stage import Stage

CALLER = Path(__file__).parents[2] / "caller.c"
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
    request = stage.runtime / "request"
    request.write_bytes(wire.post("/v1/docker/get", stage.emulator.ready.registry.encode()))
    words: list[str | Path] = [
        compiled(CALLER),
        stage.socket,
        request,
        str(requests // clients),
        str(1_000_000 // A_SECOND),
    ]
    with burden(stage):
        callers = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(clients)]
        told = [caller.communicate()[0] for caller in callers]
    assert not any(caller.returncode for caller in callers), "an answer failed"
    return [int(nanoseconds) / 1e6 for each in told for nanoseconds in each.split()]


CONDITIONS: dict[str, tuple[int, Callable[[Stage], AbstractContextManager[None]]]] = {
    ALONE: (1, burdens.nothing),
    f"{CLIENTS} clients": (CLIENTS, burdens.nothing),
    "during acquisitions": (1, burdens.acquisitions),
    f"beside {burdens.STALLED} that say nothing": (1, burdens.silence),
}
