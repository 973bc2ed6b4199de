"""How long an acquisition may still take, on a clock that goes on while the machine sleeps."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def boot_time() -> float:
    """Seconds since boot, suspend included where the system can say so (Linux); monotonic elsewhere."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Deadline:
    """The moment at which an acquisition must be over."""

    def __init__(self, seconds: float, now: Callable[[], float] = boot_time) -> None:
        self._now = now
        self._end = now() + seconds

    def left(self) -> float:
        """Seconds left, 0 when it has passed."""
        return max(0.0, self._end - self._now())
