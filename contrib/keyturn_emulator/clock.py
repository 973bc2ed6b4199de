"""The emulator's time: it can be put forward, so that no test waits for an expiry."""

from __future__ import annotations

import time
from email.utils import formatdate


class Clock:
    """Seconds since the epoch, steady between two readings and moved forward on request.

    It runs on the monotonic clock: a wall clock that is set back in the middle of a test would make a
    device poll look too early.
    """

    def __init__(self) -> None:
        self._origin = time.time() - time.monotonic()
        self._ahead = 0.0
        self._skew = 0.0

    def now(self) -> float:
        """Seconds since the epoch, UTC, plus what the clock was put forward or is wrong by."""
        return self._origin + time.monotonic() + self._ahead + self._skew

    def http_date(self) -> str:
        """Now, as the Date header of an answer says it (RFC 9110 section 5.6.7)."""
        return formatdate(self.now(), usegmt=True)

    def skew(self, seconds: float) -> None:
        """Be wrong by so much, or slow if it is negative: what is issued from now on says so, and so does Date."""
        self._skew = seconds

    def advance(self, seconds: float) -> None:
        """Put the clock forward; `seconds` must not be negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._ahead += seconds

    def reset(self) -> None:
        """Back to the time everybody else has."""
        self._ahead = self._skew = 0.0
