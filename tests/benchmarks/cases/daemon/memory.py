"""What the daemon takes of memory, by its own word: as it starts, after each provider, after many requests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from benchmarks import burdens
from benchmarks.cases.daemon.share import exchange
from benchmarks.measured import Result, Row
from benchmarks.stage import OPERATIONS
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.stage import Stage

KINDS = {"pss": "PSS", "private_dirty": "private dirty"}
A_ROUND, ENOUGH = 1000, 100_000
"""Requests: for each of the other cases' runs, and at most."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    os.sync()  # or the libraries of a new installation would count: pages of files that are not on the disk yet
    return Result([row for stage in stages for row in _of(stage, stages, rounds)])


def _of(stage: Stage, stages: Sequence[Stage], rounds: int) -> Iterator[Row]:
    stage.stop()
    stage.run("keyturn", "daemon", "start", status=0)
    yield from _rows(stages, stage, "at its start", _taken(stage))
    for family in OPERATIONS:
        stage.native(family).timed()
    yield from _rows(stages, stage, "after Entra ID's first use", _taken(stage))
    stage.add_awx()
    stage.run("keyturn", "token", "tower", status=0)
    used = _taken(stage)
    yield from _rows(stages, stage, "after AWX's first use, too", used)
    request = wire.post("/v1/docker/get", stage.emulator.ready.registry.encode())
    requests = min(rounds * A_ROUND, ENOUGH)
    for _ in range(requests):
        exchange(stage.socket, request)
    worn = _taken(stage)
    yield from _rows(stages, stage, f"after {requests} requests", worn)
    for kind in used:
        name = stage.label(f"{kind}, more by {requests} requests")
        yield Row(name, "MiB", [worn[kind] - used[kind]], ours=stage.ours)
    if stage.ours:  # an earlier build's records may be called otherwise
        yield from _by_tokens(stage)


def _by_tokens(stage: Stage) -> Iterator[Row]:
    """Each asked for twice: what was given once may be kept, too."""
    with burdens.many_tokens(stage) as (machine, requests):
        before = _taken(machine)
        for request in (*requests, *requests):
            assert b"password=" in exchange(machine.socket, request)
        after = _taken(machine)
    for kind in before:
        yield Row(f"{kind}, more with {len(requests)} tokens", "MiB", [after[kind] - before[kind]], ours=True)


def _taken(stage: Stage) -> dict[str, float]:
    """MiB of each kind, as the daemon itself says: nobody else can look."""
    memory = wire.status(stage.socket)["memory_kib"]
    return {words: memory[kind] / 1024 for kind, words in KINDS.items() if kind in memory}


def _rows(stages: Sequence[Stage], stage: Stage, when: str, taken: dict[str, float]) -> Iterator[Row]:
    for kind, mebibytes in taken.items():
        name = f"{kind}, {when}"
        yield Row(stage.label(name), "MiB", [mebibytes], stage.earlier(stages, name), ours=stage.ours)
