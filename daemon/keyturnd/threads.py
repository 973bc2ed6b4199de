"""Threads of our own."""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

Returned = TypeVar("Returned")


class Threads:
    """At most so many threads, each begun for work that finds none idle; with one, work is done in its order.

    They take no signals: one that comes between two event loops would be lost (life.service).
    """

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._executor: ThreadPoolExecutor | None = None

    def begin(self, work: Callable[..., Returned], *arguments: object) -> Future[Returned]:
        """What `work` will return. Raises OSError where no thread can be had, and then it is never done.

        RLIMIT_NPROC, pids.max: an executor that could not begin its thread keeps the work for when it can, though
        whoever asked for it was told otherwise.
        """
        if self._executor is None:
            self._executor = _executor(self._most)
        try:
            return self._executor.submit(work, *arguments)
        except RuntimeError:
            self._executor = None
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None

    def end(self) -> None:
        """Wait until all is done."""
        if self._executor is not None:
            self._executor.shutdown()


def _executor(most: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - no start waits for it

    every = (signal.SIG_BLOCK, signal.valid_signals())
    return ThreadPoolExecutor(most, initializer=signal.pthread_sigmask, initargs=every)
