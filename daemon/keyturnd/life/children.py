"""How the event loop learns that an acquisition has ended."""

from __future__ import annotations

import asyncio
import os
import sys


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Have the kernel tell `loop` (pidfd_open(2), Linux since 5.3), as Python 3.12 does by itself.

    Python 3.11 has a thread wait for each process: a seventh of what an acquisition costs the daemon, and stacks and
    heaps that stay. So it remains where the kernel knows no pidfd.
    """
    if sys.version_info >= (3, 12) or not _has_pidfd():
        return
    watcher = asyncio.PidfdChildWatcher()
    watcher.attach_loop(loop)
    asyncio.set_child_watcher(watcher)


def _has_pidfd() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True
