"""A peer that is not on this machine."""

from __future__ import annotations

import os
import shutil


class Absent(Exception):
    """It cannot be measured here; the text says why, for the results."""


def installed(program: str, source: str, *, go: bool = False) -> str:
    """The path of `program`. Raises Absent where PATH has none; `source` is where it comes from.

    go: it is written in Go. At real-time priority it is absent, too: Go's runtime spins there and starves all others.
    """
    found = shutil.which(program)
    if found is None:
        raise Absent(f"not installed ({source} has it)")
    if go and os.sched_getscheduler(0) in {os.SCHED_FIFO, os.SCHED_RR}:
        raise Absent("not run at real-time priority, where a program in Go starves all others")
    return found
