"""An acquisition computes for a third of a second: it gives way to whoever wakes up for a fraction of a millisecond.

Its share of the processor stays the same, so a fetch that somebody waits for takes no longer beside other work, as it
would with a lower priority (which only root could take back). But it leaves us our processor, and asks for long
stretches. Without the two, helper and daemon wake up beside it, and wait there for the next tick of the clock, up to
4 ms, where an answer takes a third of one. An acquisition takes no longer for either (contrib/guides/speed.md).
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturnd import libc

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

STRETCH = 100_000_000
"""Nanoseconds: the longest that the kernel lets anybody ask for."""
KEEP_POLICY = 0x08
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period."""
NUMBERS = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""Of the system call, which C libraries have no function for (glibc before 2.41). A Python of 32 bits has others."""


def processors(beside: int) -> AbstractSet[int]:
    """Those for an acquisition while `beside` others run: all but ours, unless they would crowd each other there.

    None are named where the system has no such thing. For the thread that answers.
    """
    if sys.platform != "linux":
        return frozenset()
    allowed = os.sched_getaffinity(0)
    others = allowed - {libc.call("sched_getcpu")}
    return others if len(others) > beside else allowed


def give_way(pid: int, processors: AbstractSet[int]) -> None:
    """Have the process `pid`, a child of ours, run on these (any if none are named), and for long stretches.

    For a thread that nobody waits for: the child may get our processor at once.
    """
    if processors:
        with suppress(OSError):  # an administrator has just taken them from us (cpuset(7))
            os.sched_setaffinity(pid, processors)
    _run_long(pid)


def _run_long(pid: int) -> None:
    """Who wakes up with a shorter stretch than this one's seldom waits for its end.

    Linux since 6.12 lets each process say how long it would run at a stretch (sched_setattr(2), `sched_runtime`; the
    kernel's Documentation/scheduler/sched-eevdf.rst). An older one goes on without; a process by a real-time policy
    has none.
    """
    number = NUMBERS.get(os.uname().machine) if sys.platform == "linux" else None
    if number is None or sys.maxsize < 1 << 32:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    wish = ATTRIBUTES.pack(ATTRIBUTES.size, 0, KEEP_POLICY, nice, 0, STRETCH, 0, 0)
    libc.call("syscall", number, pid, wish, 0)
