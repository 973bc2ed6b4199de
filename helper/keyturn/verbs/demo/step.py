"""One step of the demo: a title and what is played."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.verbs.demo.stage import Stage


@dataclass(frozen=True)
class Step:
    """`play` returns what it found, as a sentence; raises Failed or Skipped."""

    title: str
    play: Callable[[Stage], str]
