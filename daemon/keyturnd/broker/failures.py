"""Failures remembered for a moment, so that many callers do not each ask a provider that has just said no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturn.errors import KeyturnError, ProviderUnreachable
from keyturnd.broker import policy

if TYPE_CHECKING:
    from keyturnd.clock import Clock
    from keyturnd.vault.records import RecordName


class Remembered(msgspec.Struct, frozen=True):
    """A failure, how many there were in a row, and until when it is repeated without asking (boot time)."""

    error: KeyturnError
    in_a_row: int
    until: float
    next_attempt: float


class Failures:
    """The last failure of each key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[RecordName, Remembered] = {}

    def remember(self, key: RecordName, error: KeyturnError, jitter: float) -> None:
        """Repeat `error` for the next seconds: for as long as a 429 asked us to hold back, at least a moment."""
        known = self._failures.get(key)
        in_a_row = 1 + (known.in_a_row if known else 0)
        retry_after = error.retry_after if isinstance(error, ProviderUnreachable) else None
        now = self._clock.boottime()
        held = policy.FAILURE_MEMORY if retry_after is None else max(policy.FAILURE_MEMORY, retry_after)
        wait = policy.backoff(in_a_row, retry_after, jitter)
        held = min(held, policy.LONGEST_RETRY_AFTER)
        self._failures[key] = Remembered(error, in_a_row, now + held, now + wait)

    def recall(self, key: RecordName) -> KeyturnError | None:
        """The failure of `key` that is still fresh."""
        known = self._failures.get(key)
        return known.error if known and self._clock.boottime() < known.until else None

    def may_retry(self, key: RecordName) -> bool:
        """Whether a renewal nobody waits for may be tried again."""
        known = self._failures.get(key)
        return known is None or self._clock.boottime() >= known.next_attempt

    def clear(self, key: RecordName | None = None, *, profile: str | None = None) -> None:
        """Forget the failure of `key`, those of `profile`, or all."""
        for known in list(self._failures):
            if (key is None and profile is None) or known == key or known.profile == profile:
                del self._failures[known]
