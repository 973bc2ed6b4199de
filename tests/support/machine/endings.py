"""Waiting for the end of a process that is not our child, and for one that waits for it."""

from __future__ import annotations

import ctypes
import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.machine.terminal import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import Popen

ATTEMPTS = 5
"""More than whoever does not wait would make before it gives up."""
IN_OPEN = 0x20
ONE_EVENT = 16
"""Bytes of an event about the watched file itself, which has no name in it."""


@contextmanager
def ending(pid: int) -> Iterator[None]:
    """The process, alive at the beginning, must have ended soon after the block has."""
    descriptor = os.pidfd_open(pid)
    try:
        yield
        assert select.select([descriptor], [], [], PATIENCE)[0], f"process {pid} goes on"
    finally:
        os.close(descriptor)


def until_it_waits(lock: Path, caller: Popen[bytes]) -> None:
    """Return when a new daemon has tried for the file `lock` again and again; `caller` must not be refused meanwhile.

    Who only tries opens the file and nothing else, which inotify(7) tells.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init()
    assert watch >= 0
    assert libc.inotify_add_watch(watch, os.fsencode(lock), IN_OPEN) >= 0
    try:
        for _ in range(ATTEMPTS):
            ready = select.select([watch, caller.stdout], [], [], PATIENCE)[0]
            assert ready == [watch], "the successor does not wait"
            os.read(watch, ONE_EVENT)
    finally:
        os.close(watch)
