"""The signals that tell the daemon to end, taken by the event loop.

As loop.add_signal_handler does it (signal.set_wakeup_fd: the loop wakes whichever thread gets the signal), without
its look at what it is to call: `inspect` takes 3 ms of every start and 0.8 MiB ever after.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def calling(act: Callable[[], object]) -> Iterator[None]:
    """Inside, each of ENDS calls `act` in the running loop; from then on they end the process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, lambda: _read(ours, act))
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for number in ENDS:
            signal.signal(number, _noticed)
        try:
            yield
        finally:
            for number in ENDS:
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)


def _noticed(number: int, frame: object) -> None:
    """Without a handler of Python's, nothing would be written to the wake-up descriptor."""


def _read(ours: socket.socket, act: Callable[[], object]) -> None:
    """The numbers of all signals that came (signal.set_wakeup_fd)."""
    with suppress(BlockingIOError):
        if not set(ENDS).isdisjoint(ours.recv(64)):
            act()
