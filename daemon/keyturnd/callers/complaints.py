"""Who has been told of a failure already.

A kubectl with a cold discovery cache runs its plugin five times within 60 ms (kubernetes #78321): the user shall read
the reason once, and five times nothing more shall be tried than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.callers.peer import tool_behind

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
        self._refused: dict[Tool | int, float] = {}

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

    def refuse(self, helper: int) -> None:
        """Note that the process `helper` is answered by an error, and so who started it."""
        now = self._clock.boottime()
        self._refused = {who: at for who, at in self._refused.items() if now - at < MEMORY}
        self._refused |= dict.fromkeys(_behind(helper), now)

    def was_refused(self, helper: int) -> bool:
        """Whether `helper`, as another helper before it became its twin, or who started it was just answered so.

        The same will be said once more: to try again for each is as many times the wait (kubectl's five, docker's
        for each image).
        """
        now = self._clock.boottime()
        times = [self._refused[who] for who in _behind(helper) if who in self._refused] if self._refused else []
        return any(now - at < MEMORY for at in times)

    def clear(self) -> None:
        """Forget all: what comes now is the answer to another configuration, and a person may be asked again."""
        self._told.clear()
        self._refused.clear()

    def _forget(self) -> None:
        now = self._clock.boottime()
        self._told = {key: told for key, told in self._told.items() if now - told[1] < MEMORY}


def _behind(helper: int) -> tuple[Tool | int, ...]:
    """The process that asks, if the kernel names it, and who started it as far as /proc tells."""
    tool = tool_behind(helper)
    known = (helper,) if helper else ()  # 0 is everybody of another pid namespace, and on macOS everybody
    return known if tool is None else (*known, tool)
