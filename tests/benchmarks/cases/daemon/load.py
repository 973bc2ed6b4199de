"""Answers of a daemon that has more to do: several clients, an acquisition, connections that say nothing.

Each client asks twenty times a second, with pauses, as people and their tools do; what counts is the slowest answer.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.cases.daemon.share import exchange
from benchmarks.measured import Result, Row
from benchmarks.timing import FORK, from_processes
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from benchmarks.stage import Stage

ALONE = "one client alone"
A_SECOND = 20
CLIENTS, STALLED = 8, 50
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


@contextlib.contextmanager
def _nothing(stage: Stage) -> Iterator[None]:
    yield


@contextlib.contextmanager
def _acquisitions(stage: Stage) -> Iterator[None]:
    """One after the other, each a new process for a token that nobody keeps."""
    process = FORK.Process(target=_acquire_for_ever, args=(stage,))
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _acquire_for_ever(stage: Stage) -> None:
    ready = stage.emulator.ready
    profile = {
        "flow": "client-secret",
        "authority": ready.authority,
        "tenant": ready.tenant,
        "ca_file": ready.ca_file,
    }
    service = ready.clients["service"]
    wanted = {**profile, "application_id": service["application_id"], "audiences": ["https://management.azure.com"]}
    body = json.dumps({"profile": wanted, "secret": service["secret"]}).encode()
    while True:
        exchange(stage.socket, wire.post("/v1/azure/new-token", body))


@contextlib.contextmanager
def _silence(stage: Stage) -> Iterator[None]:
    """Connections that send half a request; the daemon gives them up after a while, then come others."""
    with contextlib.ExitStack() as stack:
        for _ in range(STALLED):
            connection = stack.enter_context(wire.dial(stage.socket))
            connection.sendall(b"POST /v1/docker/get HTTP/1.1\r\n")
        yield


CONDITIONS: dict[str, tuple[int, Callable[[Stage], AbstractContextManager[None]]]] = {
    ALONE: (1, _nothing),
    f"{CLIENTS} clients": (CLIENTS, _nothing),
    "during acquisitions": (1, _acquisitions),
    f"beside {STALLED} that say nothing": (1, _silence),
}
