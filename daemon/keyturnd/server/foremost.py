"""The event loop's selector, which serves one socket itself and tells the loop of all others.

A loop's turn takes longer than an answer that was given before: in front of it, from the kernel's word to the
function that was registered, and behind it, where the caller is awake and often waits for our processor.
"""

from __future__ import annotations

import asyncio
import select
import selectors
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

SOON = 1
"""Milliseconds."""
LULL = 1.0
"""Seconds that the loop's turn is put off at most, while there is nothing to do but to serve the first. What that
leaves for later is the line in the log alone: no shorter than keyturnd.journal.BEHIND, or the loop would turn once to
learn when that is due, and once more to write it."""


class Foremost(selectors.DefaultSelector):
    """For asyncio.SelectorEventLoop."""

    def __init__(self) -> None:
        super().__init__()
        self._first = -1
        self._serve: Callable[[], bool] = lambda: False
        self._others = self.fileno()  # epoll and kqueue can be waited for themselves
        self._waited_for = select.poll()
        self._waited_for.register(self._others, select.POLLIN)

    def put_first(self, listener: socket.socket, serve: Callable[[], bool]) -> None:
        """Call `serve` whenever somebody has connected to `listener`: it tells whether that left the loop nothing."""
        self._first, self._serve = listener.fileno(), serve
        self._waited_for.register(self._first, select.POLLIN)

    def drop(self) -> None:
        """Serve nobody any more, if anybody is served at all."""
        if self._first >= 0:
            self._waited_for.unregister(self._first)
            self._first = -1

    def speaks(self, newcomer: int) -> bool:
        """Whether somebody who has connected this moment (a descriptor) says something, before anybody else and soon.

        Whoever connects wakes us, often on its own processor: it could say nothing yet, and will as soon as we sleep.
        That is the rule and no exception, so it is not tried without waiting first.
        """
        self._waited_for.register(newcomer, select.POLLIN)
        ready = dict(self._waited_for.poll(SOON))
        self._waited_for.unregister(newcomer)
        return newcomer in ready

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready for the loop; the foremost has been served. timeout: seconds, None for ever."""
        ends, left = None if timeout is None else time.monotonic() + timeout, timeout
        lull_ends = None
        while True:
            ready = dict(self._waited_for.poll(None if left is None else left * 1000))
            was_all = self._first in ready and self._serve_first()
            if self._others in ready:
                return super().select(0)
            if not was_all:
                return []
            now = time.monotonic()
            if lull_ends is None:
                lull_ends = now + LULL if ends is None else min(now + LULL, ends)
            left = lull_ends - now
            if left <= 0:
                return []

    def _serve_first(self) -> bool:
        try:
            return self._serve()
        except Exception as error:  # noqa: BLE001 - it would end the loop, where a callback's is the loop's to tell
            told = {"message": "serving the first failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)
            return False
