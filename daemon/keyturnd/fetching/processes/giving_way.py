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

from keyturnd import libc

STRETCH = 100_000_000
"""Nanoseconds: the longest that the kernel lets anybody ask for."""
KEEP_POLICY = 0x08
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period."""
NUMBERS = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""Of the system call, which C libraries have no function for (glibc before 2.41). A Python of 32 bits has others."""


def give_way(pid: int) -> None:
    """Ask for long stretches on behalf of the process `pid`, a child of ours, or leave it as it is.

    For a thread that nobody waits for: the child may get our processor at once. An older kernel knows no stretches,
    and goes on without; a process by a real-time policy has none.
    """
    number = NUMBERS.get(os.uname().machine) if sys.platform == "linux" else None
    if number is None or sys.maxsize < 1 << 32:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    wish = ATTRIBUTES.pack(ATTRIBUTES.size, 0, KEEP_POLICY, nice, 0, STRETCH, 0, 0)
    libc.call("syscall", number, pid, wish, 0)
