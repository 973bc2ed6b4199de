"""The one deadline of a helper call, counted from the native helper's start; it tells its twin when the end is.

It covers all that the twin does: its input, waiting for another launcher, the daemon's start, queue and silence. Only
a person's part of git's call is beside it.
"""

from __future__ import annotations

import time

from keyturn import hints
from keyturn.errors import DaemonUnavailable, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence
else:
    import _signal as signal  # the part in C: the enumerations in front of it take as long as starting the daemon

SECONDS = {"git": 30, "kube": 25, "kubelogin": 25, "docker": 15}
"""In all, by family; the native helper's table (command.c) says the same."""
OPTION = "--until="
"""In front of the family, where no word of the caller's can stand: milliseconds on CLOCK."""
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Counts suspend; on macOS CLOCK_MONOTONIC does."""
TICK = 1.0
"""Seconds between two looks at CLOCK: the timer that wakes us stands still while the machine sleeps."""


class DeadlinePassed(DaemonUnavailable):
    """Raised in the middle of whatever waits."""


class Deadline:
    """The end of one call: `until` milliseconds on CLOCK, or what the family allows from now on."""

    def __init__(self, family: str, until: int | None) -> None:
        self._seconds = SECONDS[family]
        self._end = time.clock_gettime(CLOCK) + self._seconds if until is None else until / 1000

    def arm(self) -> None:
        """From now on, DeadlinePassed comes when it is time, whatever this thread is doing. Raises it, too."""
        signal.signal(signal.SIGALRM, lambda *_: self._look())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        self._look()

    def lift(self) -> None:
        """No end any more: an answer is there, or a person has the next move."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self) -> None:
        left = self._end - time.clock_gettime(CLOCK)
        if left <= 0:
            raise DeadlinePassed(f"the daemon did not answer within {self._seconds} seconds", hints.restart_daemon())
        signal.setitimer(signal.ITIMER_REAL, min(left, TICK))


def given(arguments: Sequence[str]) -> tuple[int | None, Sequence[str]]:
    """The end that the native helper tells, None where it did not, and the other arguments. Raises UsageError."""
    if not arguments or not arguments[0].startswith(OPTION):
        return None, arguments
    digits = arguments[0].removeprefix(OPTION)
    if not digits.isascii() or not digits.isdigit():
        raise UsageError(f"{OPTION} is what the native helper gives to its twin", hints.verb("setup", "git"))
    return int(digits), arguments[1:]
