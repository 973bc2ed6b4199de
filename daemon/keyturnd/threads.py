"""Threads of our own."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


def one_thread() -> ThreadPoolExecutor:
    """One thread, begun with its first work; it takes no signals.

    One that comes between two event loops would be lost (life.service). Where no thread can be had, submit() raises
    RuntimeError and keeps the work, for when there is one after all: whoever does it otherwise leaves this one alone.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - no start waits for it

    every = (signal.SIG_BLOCK, signal.valid_signals())
    return ThreadPoolExecutor(1, initializer=signal.pthread_sigmask, initargs=every)
