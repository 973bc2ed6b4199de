"""An acquisition computes for a third of a second: it gives way to whoever wakes up for a fraction of a millisecond.

Linux since 6.12 lets each process say how long it would run at a stretch (sched_setattr(2), `sched_runtime`; the
kernel's Documentation/scheduler/sched-eevdf.rst). Its share of the processor stays the same, so a fetch that somebody
waits for takes no longer beside other work, as it would with a lower priority (which only root could take back). But
who wakes up with a shorter stretch seldom waits for the end of a longer one: without it, helper and daemon wait for
the next tick of the clock, up to 4 ms, where an answer takes a third of one.
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from keyturnd import libc

if TYPE_CHECKING:
    from collections.abc import Iterator

STRETCH, SHORTEST = 100_000_000, 100_000
"""Nanoseconds: the longest and the shortest that the kernel lets anybody ask for; 0 is its own choice."""
RESET_ON_FORK, KEEP_POLICY = 0x01, 0x08
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period."""
NUMBERS = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""Of the system call, which C libraries have no function for (glibc before 2.41). A Python of 32 bits has others."""


def give_way(pid: int) -> None:
    """Ask for long stretches on behalf of the process `pid`, one of ours, or leave it as it is.

    An older kernel knows no stretches, and goes on without; one by a real-time policy has none.
    """
    with suppress(ProcessLookupError):
        _ask(pid, STRETCH, KEEP_POLICY)


@contextmanager
def starting() -> Iterator[None]:
    """While this thread starts a process, which it waits for (vfork(2)): the new one must not keep its processor.

    Such a wait ends as the other begins to run its program; in half of all starts the loop then waited 2 to 5 ms
    behind that. So its own stretches are the shortest meanwhile, and the new process has ordinary ones, not these.
    """
    ordinary = sys.platform == "linux" and os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER
    if ordinary:
        _ask(0, SHORTEST, RESET_ON_FORK)
    try:
        yield
    finally:
        if ordinary:
            _ask(0, 0, RESET_ON_FORK)  # without the flag only root might ask from here on


def _ask(pid: int, stretch: int, flags: int) -> None:
    number = NUMBERS.get(os.uname().machine) if sys.platform == "linux" else None
    if number is None or sys.maxsize < 1 << 32:
        return
    nice = os.getpriority(os.PRIO_PROCESS, pid)
    wish = ATTRIBUTES.pack(ATTRIBUTES.size, 0, flags, nice, 0, stretch, 0, 0)
    libc.call("syscall", number, pid, wish, 0)
