"""How a step ends, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["green", "skipped", "failed"]


class Failed(Exception):
    """A claim did not hold, or a command ended otherwise than it should. One sentence, lower case, no full stop."""


class Skipped(Exception):
    """A step that cannot be shown here; says why. Raised before it has changed anything."""


@dataclass(frozen=True)
class Command:
    """A command that was run. `status`: its exit status. `output`: both streams; None if it holds a secret."""

    command: str
    status: int
    seconds: float
    output: str | None


@dataclass(frozen=True)
class Result:
    """A step that was played. `finding`: what it found, why it was skipped, or how it failed."""

    title: str
    state: State
    finding: str
    seconds: float
    commands: list[Command]


def check(holds: object, otherwise: str) -> None:
    """Raise Failed(`otherwise`) unless the claim holds."""
    if not holds:
        raise Failed(otherwise)
