"""The event loop's selector, which serves one socket itself before it tells the loop of anything.

A loop's turn, from the kernel's word to the function that was registered, takes a tenth of an answer's time. Who has
just connected waits for nothing else.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class Foremost(selectors.DefaultSelector):
    """For asyncio.SelectorEventLoop."""

    def __init__(self) -> None:
        super().__init__()
        self._first = -1
        self._serve: Callable[[], object] = lambda: None

    def put_first(self, listener: socket.socket, serve: Callable[[], object]) -> None:
        """Call `serve` whenever somebody has connected to `listener`."""
        self._first, self._serve = listener.fileno(), serve
        self.register(listener, selectors.EVENT_READ)

    def drop(self, listener: socket.socket) -> None:
        """Serve it no more, if it is served at all."""
        if self._first >= 0:
            self._first = -1
            self.unregister(listener)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, the foremost aside: that has been served."""
        ready = super().select(timeout)
        for number, (key, _) in enumerate(ready):
            if key.fd == self._first:
                del ready[number]
                self._serve_first()
                break
        return ready

    def _serve_first(self) -> None:
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001 - it would end the loop, where a callback's is the loop's to tell
            told = {"message": "serving the first failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)
