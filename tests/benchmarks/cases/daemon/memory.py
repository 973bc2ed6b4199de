"""What the daemon takes of memory, by its own word: as it starts, after each family, after many requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases.daemon.share import exchange
from benchmarks.measured import Result, Row
from benchmarks.stage import OPERATIONS
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

KINDS = {"pss": "PSS", "private_dirty": "private dirty"}
A_ROUND = 334
"""Requests: 300 rounds make a hundred thousand."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    rows = []
    for stage in stages:
        stage.stop()
        stage.run("keyturn", "daemon", "start", status=0)
        rows += _rows(stages, stage, "at its start")
        for family in OPERATIONS:
            stage.native(family).timed()
        rows += _rows(stages, stage, "after each family's first use")
        request = wire.post("/v1/docker/get", stage.emulator.ready.registry.encode())
        for _ in range(rounds * A_ROUND):
            exchange(stage.socket, request)
        rows += _rows(stages, stage, f"after {rounds * A_ROUND} requests")
    return Result(rows)


def _rows(stages: Sequence[Stage], stage: Stage, when: str) -> list[Row]:
    memory = wire.status(stage.socket)["memory_kib"]
    return [
        Row(stage.label(name), "MiB", [memory[kind] / 1024], stage.earlier(stages, name), ours=stage.ours)
        for kind, name in ((kind, f"{words}, {when}") for kind, words in KINDS.items())
        if kind in memory
    ]
