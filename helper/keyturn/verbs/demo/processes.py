"""Processes that outlive the command which started them: waiting for their end, and enforcing it."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asks us to stop. `status`: what a shell calls the exit status of that."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


@contextmanager
def interruptible() -> Iterator[None]:
    """In the block the first of SIGNALS to arrive raises Interrupted; what was ignored before stays ignored."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heeded = [number for number in SIGNALS if before[number] is not signal.SIG_IGN]
    try:
        for number in heeded:
            signal.signal(number, _interrupt)
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


@contextmanager
def put_off() -> Iterator[None]:
    """In the block no signal interrupts; the first that came does at its end.

    For the start of a process: interrupted before it has a name, nobody would end it.
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heeded = [number for number in SIGNALS if before[number] is _interrupt]
    for number in heeded:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
    if came:
        _interrupt(came[0], None)


def deaf() -> None:
    """Ignore SIGNALS from now on: cleaning up is not to be interrupted."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


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


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    deaf()  # what cleans up from here on is everywhere, and a second Ctrl-C would leave it half done
    raise Interrupted(number)
