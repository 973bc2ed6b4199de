"""Taking times fairly: contestants in turns, in shuffled order, and each run as somebody new would bring it about.

Only ratios within one run mean something: machines differ, and so does the same machine from minute to minute.
"""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

    Contestant = Callable[[], list[float]]

FORK = multiprocessing.get_context("fork")


class Command(NamedTuple):
    """A program with all it is given."""

    argv: list[str]
    environment: dict[str, str]
    stdin: bytes = b""

    def run(self) -> bytes:
        """Its output; it must succeed."""
        done = subprocess.run(self.argv, input=self.stdin, env=self.environment, stdout=subprocess.PIPE, check=True)
        return done.stdout

    def timed(self) -> list[float]:
        """Milliseconds from start to end of the whole process, whose parent is a process of its own.

        To keyturn the parent is the client: one that asks twice was probably refused with what it got.
        """
        return [stopwatch.lap(*self).wall]

    def burdened(self) -> list[float]:
        """Milliseconds of a processor that it took, its daemon's share not among them."""
        return [stopwatch.lap(*self).processor]


def processor_of(pid: int) -> float:
    """Milliseconds of a processor that a process took since its start, by the clock of clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2) * 1000


def in_turns(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, list[float]]:
    """What the contestants returned in `rounds` rounds, each in an order of its own."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name in random.sample(list(contestants), len(contestants)):
            values[name] += contestants[name]()
    return values


def from_processes(count: int, work: Contestant) -> list[float]:
    """What `work` returns in `count` processes that begin together, joined. Raises EOFError if one of them fails."""
    together = FORK.Barrier(count)
    pipes = [FORK.Pipe(duplex=False) for _ in range(count)]
    processes = [FORK.Process(target=_report, args=(work, sending, together)) for _, sending in pipes]
    for process, (_, sending) in zip(processes, pipes, strict=True):
        process.start()
        sending.close()
    try:
        return [value for receiving, _ in pipes for value in receiving.recv()]
    finally:
        for process in processes:
            process.join()


def _report(work: Contestant, sending: Connection, together: Barrier) -> None:
    together.wait()  # else the first is done before the last has been started
    sending.send(work())
