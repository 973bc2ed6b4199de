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
    """What the tools have been told, each time with the helper it was told through (a pid)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[tuple[Tool, str], tuple[int, float]] = {}

    def is_told(self, tool: Tool | None, helper: int, sentence: str) -> bool:
        """Whether `tool` has just been told `sentence` through another helper: a different error is told, too.

        The native helper and the twin it becomes are one process: what the first hears, the second has to explain.
        """
        self._forget()
        return tool is not None and self._told.get((tool, sentence), (helper, 0.0))[0] != helper

    def is_told_anything(self, tool: Tool | None, helper: int) -> bool:
        """Whether `tool` has just been told some error through another helper."""
        return any(self.is_told(tool, helper, sentence) for other, sentence in list(self._told) if other == tool)

    def tell(self, tool: Tool | None, helper: int, sentence: str) -> None:
        """Note that `tool` is told `sentence` through `helper`."""
        if tool is not None and not self.is_told(tool, helper, sentence):
            self._told[tool, sentence] = (helper, self._clock.boottime())

    def clear(self) -> None:
        """Forget all: what comes now is the answer to another configuration, and a person may be asked again."""
        self._told.clear()

    def _forget(self) -> None:
        now = self._clock.boottime()
        self._told = {key: told for key, told in self._told.items() if now - told[1] < MEMORY}
