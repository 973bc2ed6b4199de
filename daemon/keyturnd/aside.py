"""Writes the log in a thread: nobody waits for a disk that does not answer, or for a terminal that is stopped.

The loop would: a snapshot freezes a file system for seconds, a server that is gone keeps its clients for minutes, and
Ctrl-S in the terminal of `keyturn daemon run` for as long as somebody reads there.
"""

from __future__ import annotations

import logging
from concurrent.futures import wait
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturnd.threads import Threads

if TYPE_CHECKING:
    from concurrent.futures import Future

PATIENCE = 0.1
"""Seconds to wait for a line: as a rule it is in the log before the answer is given that it tells of."""
MOST = 1000
"""Lines that wait for one that is not written yet; what comes then is done without."""


class Aside(logging.Handler):
    """Has `handler` write what it is given."""

    def __init__(self, handler: logging.Handler) -> None:
        super().__init__()
        self.handler = handler
        self._thread = Threads()
        self._under_way: list[Future[bool]] = []
        with suppress(OSError):
            self._thread.begin(int)  # nothing: no answer is held up by the beginning of a thread

    def emit(self, record: logging.LogRecord) -> None:
        """Wait for it where none is before it."""
        self._under_way = [writing for writing in self._under_way if not writing.done()]
        if len(self._under_way) >= MOST:
            return
        try:
            writing = self._thread.begin(self.handler.handle, record)
        except OSError:  # there can be no thread, or at our end none any more
            self.handler.handle(record)
            return
        if self._under_way or not wait([writing], PATIENCE).done:
            self._under_way.append(writing)

    def close(self) -> None:
        """Once all is written."""
        self._thread.end()
        self.handler.close()
        super().close()
