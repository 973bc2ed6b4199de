"""Answers of a daemon that has more to do: several clients, an acquisition, connections that say nothing.

Each client asks twenty times a second, with pauses, as people and their tools do; what counts is the slowest answer.
One acquisition follows the other, each asked for by somebody; a renewal ahead of time is such a process, too. Their
provider, the emulator, computes where they do, and takes its processor from them; Entra ID would be elsewhere.
"""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import burdens
from benchmarks.cases.daemon.share import exchange
from benchmarks.compiled import compiled
from benchmarks.measured import Result, Row
from benchmarks.peers.instant import serving
from benchmarks.timing import in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from benchmarks.stage import Stage

INSTANT = "an instant server in C"
CALLER = Path(__file__).parents[2] / "caller.c"
ALONE = "one client alone"
A_SECOND = 20
CLIENTS = 8
SHARE = 2
"""One request for so many of the other cases' runs, each of which takes a twentieth of a second."""
AT_A_TIME = 40
"""Requests until it is another condition's turn: a slow moment of the machine shall not be one condition's alone."""


class Condition(NamedTuple):
    """How many ask, whom, and what goes on beside them."""

    clients: int
    burden: Callable[[Stage], AbstractContextManager[None]]
    instant: bool = False
    """The server in C that looks at no request is asked: what the machine alone makes of that burden."""


CONDITIONS = {
    ALONE: Condition(1, burdens.nothing),
    f"{CLIENTS} clients": Condition(CLIENTS, burdens.nothing),
    "during acquisitions": Condition(1, burdens.acquisitions),
    f"beside {burdens.STALLED} that say nothing": Condition(1, burdens.silence),
    INSTANT: Condition(1, burdens.nothing, instant=True),
    f"{INSTANT}, during acquisitions": Condition(1, burdens.acquisitions, instant=True),
}


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build is beside this one where only the daemon's own time counts
    stage.native("docker").run()
    requests = max(2, rounds // SHARE) * CLIENTS
    turns = max(1, requests // AT_A_TIME)
    said = wire.post("/v1/docker/get", stage.emulator.ready.registry.encode())
    with serving(stage.runtime, exchange(stage.socket, said)) as floor:
        conditions = {
            name: partial(_turn, stage, floor if condition.instant else stage.socket, requests // turns, condition)
            for name, condition in CONDITIONS.items()
        }
        found = in_turns(conditions, turns)
    return Result([_row(name, values) for name, values in found.items()])


def _row(name: str, values: list[float]) -> Row:
    instant = CONDITIONS[name].instant
    alone = INSTANT if instant else ALONE
    return Row(name, "ms", values, () if name == alone else (alone,), not instant)


def _turn(stage: Stage, path: Path, requests: int, condition: Condition) -> list[float]:
    """Milliseconds from connecting to an answer's last byte, one after the other."""
    request = stage.runtime / "request"
    request.write_bytes(wire.post("/v1/docker/get", stage.emulator.ready.registry.encode()))
    times = [str(requests // condition.clients), str(1_000_000 // A_SECOND)]
    words: list[str | Path] = [compiled(CALLER), path, request, *times]
    with condition.burden(stage):
        callers = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(condition.clients)]
        told = [caller.communicate()[0] for caller in callers]
    assert not any(caller.returncode for caller in callers), "an answer failed"
    return [int(nanoseconds) / 1e6 for each in told for nanoseconds in each.split()]
