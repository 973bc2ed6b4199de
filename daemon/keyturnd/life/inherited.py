"""What whoever happened to start the daemon had set for their own work: it outlives that, and serves all shells.

`nice make` and `taskset -c 3 make` fetch with git, too, and each daemon that began so stayed slow for weeks. Not for
what systemd starts, nor in the foreground: there it is meant for the daemon.
"""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress

LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)
"""Of memory, seconds, files and processes: the soft ones, as nobody but root can raise the others."""
FIRST_PROCESS = 1
"""Of the machine or the container: what it may use is what others begin with, isolated processors left out."""


def lay_down() -> None:
    """As far as the system allows: an ordinary user gets no niceness back without RLIMIT_NICE (setpriority(2))."""
    for limit in LIMITS:
        hard = resource.getrlimit(limit)[1]
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (hard, hard))
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, 0) > 0:
            os.setpriority(os.PRIO_PROCESS, 0, 0)
    if sys.platform == "linux":
        _be_scheduled_as_others()


def _be_scheduled_as_others() -> None:
    with suppress(OSError):
        os.sched_setaffinity(0, os.sched_getaffinity(FIRST_PROCESS))
    with suppress(OSError):
        if os.sched_getscheduler(0) in {os.SCHED_BATCH, os.SCHED_IDLE}:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
