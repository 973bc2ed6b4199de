"""Who has been told of a failure already.

A kubectl with a cold discovery cache runs its plugin five times within 60 ms (kubernetes #78321): the user shall read
the reason once, and five times nothing more shall be tried than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturnd.callers.peer import Tool
    from keyturnd.clock import Clock

MEMORY = 5.0
"""Seconds: as long as the failure itself is remembered."""


class Complaints:
    """The tools that have been told why, each with the helper it was told through (a pid)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[Tool, tuple[int, float]] = {}

    def is_told(self, tool: Tool | None, helper: int) -> bool:
        """Whether `tool` has just been told through another helper.

        The native helper and the twin it becomes are one process: what the first hears, the second has to explain.
        """
        self._forget()
        return tool is not None and self._told.get(tool, (helper, 0.0))[0] != helper

    def tell(self, tool: Tool | None, helper: int) -> None:
        """Note that `tool` is told through `helper`."""
        if tool is not None and not self.is_told(tool, helper):
            self._told[tool] = (helper, self._clock.boottime())

    def _forget(self) -> None:
        now = self._clock.boottime()
        self._told = {tool: told for tool, told in self._told.items() if now - told[1] < MEMORY}
