"""What a get costs more with 3 000 git targets and 1 000 kept credentials, in the daemon's share.

Side by side: a daemon with the emulator's two targets, and one with that many. Once with the same request each time,
as one repository's gits send it, and once with requests that were never sent before.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

FEW = "daemon, 2 targets"
MANY = "daemon, 3 000 targets, 1 000 credentials"
AT_A_TIME = 20
"""Requests one after the other, before it is the other daemon's turn."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    rows = []
    stages[0].native("git").run()
    with ExitStack() as stack:
        machines = {FEW: stages[0], MANY: stack.enter_context(burdens.many_targets(stages[0]))}
        for kind, requests in (("same request", _same), ("new requests", _new)):
            contestants = {
                f"{name}, {kind}": partial(_timed, machine.socket, requests(machine))
                for name, machine in machines.items()
            }
            few, many = contestants
            for name, values in in_turns(contestants, max(1, rounds // AT_A_TIME)).items():
                rows.append(Row(name, "ms", values, (few,) if name == many else (), name == many))
    return Result(rows)


def _same(machine: Stage) -> Iterator[bytes]:
    request = wire.post("/v1/git/get", machine.git_request())
    return (request for _ in count())


def _new(machine: Stage) -> Iterator[bytes]:
    said = machine.git_request().rstrip(b"\n")
    return (wire.post("/v1/git/get", b"%s\nwwwauth[]=Basic realm=%d\n\n" % (said, number)) for number in count())


def _timed(path: Path, requests: Iterator[bytes]) -> list[float]:
    times = []
    for _ in range(AT_A_TIME):
        request = next(requests)
        began = time.perf_counter()
        answer = wire.exchange(path, request)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.body.startswith(b"username=")
    return times
