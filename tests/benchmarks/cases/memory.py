"""What the idle daemon takes of memory, by its own word, after every family was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.stage import OPERATIONS
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage


def run(stages: Sequence[Stage], rounds: int) -> Result:
    rows = []
    for stage in stages:
        for family in OPERATIONS:
            for _ in range(max(1, rounds // 10)):
                stage.native(family).timed()
        memory = wire.status(stage.socket)["memory_kib"]
        for kind in ("pss", "rss"):
            name = f"daemon, {kind.upper()}"
            rows.append(
                Row(stage.label(name), "MiB", [memory[kind] / 1024], stage.earlier(stages, name), ours=stage.ours)
            )
    return Result(rows)
