"""Processes that outlive the command which started them: waiting for their end, and enforcing it."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress


def end_group(leader: int) -> None:
    """Kill a command and all that it started in its process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def ended_within(pid: int, seconds: float) -> bool:
    """Wait until the process `pid`, which need not be a child of ours, has ended."""
    if not hasattr(os, "pidfd_open"):  # macOS
        return _disappeared_within(pid, seconds)
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # Readable from its end on, even if nobody collects its status (containers without an init).
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def kill(pid: int) -> None:
    """`kill -9`."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _disappeared_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
