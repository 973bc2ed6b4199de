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


class OneThread:
    """One thread, begun with its first work, that does one work after another; it takes no signals.

    One that comes between two event loops would be lost (life.service).
    """

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None

    def begin(self, work: Callable[..., Returned], *arguments: object) -> Future[Returned]:
        """What `work` will return. Raises OSError where no thread can be had, and then it is never done.

        RLIMIT_NPROC, pids.max: an executor that could not begin its thread keeps the work for when it can, though
        whoever asked for it was told otherwise.
        """
        if self._executor is None:
            self._executor = _executor()
        try:
            return self._executor.submit(work, *arguments)
        except RuntimeError:
            self._executor = None
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None

    def end(self) -> None:
        """Wait until all is done."""
        if self._executor is not None:
            self._executor.shutdown()


def _executor() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - no start waits for it

    every = (signal.SIG_BLOCK, signal.valid_signals())
    return ThreadPoolExecutor(1, initializer=signal.pthread_sigmask, initargs=every)
