"""The thread that starts processes, one after another.

Of its own: asyncio's threads write the vault, and may all be waiting for a disk that does not answer. A start that
waited behind them would outlast its deadline.
"""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING

from keyturnd.fetching.processes.spawning import spawn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    from keyturnd.fetching.processes.spawning import Spawned


class Starter:
    """Has one thread, from the first start on and for ever: its end would be the end of all that it has started."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def begin(self, command: Sequence[str], streams: Sequence[int]) -> Future[Spawned]:
        """See `spawn`. What has not begun yet can be cancelled. Raises OSError where there can be no thread."""
        if self._thread is None:
            self._thread = _one_thread()
        try:
            return self._thread.submit(spawn, command, streams)
        except RuntimeError:  # the start stays in its queue, and would be made once there is a thread after all
            self._thread = None
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None


def _one_thread() -> ThreadPoolExecutor:
    """It takes no signals: one that comes between two event loops would be lost (life.service)."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a daemon that starts nothing does not load it

    every = (signal.SIG_BLOCK, signal.valid_signals())
    return ThreadPoolExecutor(1, initializer=signal.pthread_sigmask, initargs=every)
