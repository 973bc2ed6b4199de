"""How long a program takes, start to end, by a small program in C that starts it: see stopwatch.c."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.compiled import compiled, scratch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE = Path(__file__).with_suffix(".c")


class Lap(NamedTuple):
    """Of one run, in milliseconds: on the clock, and of a processor."""

    wall: float
    processor: float


def lap(argv: Sequence[str], environment: Mapping[str, str], stdin: bytes) -> Lap:
    """Run a program once, which must succeed. Its parent is a process of its own, its output goes nowhere."""
    given = Path(scratch().name, "stdin")
    given.write_bytes(stdin)
    words: list[str | Path] = [compiled(SOURCE), given, *argv]
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, check=True)
    wall, processor = done.stdout.split()
    return Lap(int(wall) / 1e6, int(processor) / 1e6)
