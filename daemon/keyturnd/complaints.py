"""Who has been told of a failure already.

A kubectl with a cold discovery cache runs its plugin five times within 60 ms (kubernetes #78321); the user shall read
the reason once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturnd.clock import Clock
    from keyturnd.peer import Tool

MEMORY = 5.0
"""Seconds: as long as the failure itself is remembered."""


class Complaints:
    """The tools that have been told why, each with the helper it was told through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[Tool, tuple[int, float]] = {}

    def is_repetition(self, tool: Tool | None, helper: int) -> bool:
        """Whether another helper of `tool` has just been told; if not, this one is.

        The native helper and the twin it becomes are one process: the second is not a repetition of the first.
        """
        now = self._clock.boottime()
        self._told = {known: told for known, told in self._told.items() if now - told[1] < MEMORY}
        if tool is None:
            return False
        first, _ = self._told.setdefault(tool, (helper, now))
        return first != helper
