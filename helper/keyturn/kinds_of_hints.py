"""What a hint is, and of which of three kinds (DESIGN 5.9).

A *cure*, run as printed, changes the state that the error is about. A *show* prints the fact that decides, which the
error lacks. Everything else is *another's move*: a sentence, told where no command of the user's own would help.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Command = tuple[str, ...]
    Builder = Callable[..., "Hint"]
    Built = TypeVar("Built", bound=Builder)

CURES: dict[str, Builder] = {}
SHOWS: dict[str, Builder] = {}
MOVES: dict[str, Builder] = {}


class Sentence(str):
    """A hint as it is printed: what is no command, or one with words around it."""

    __slots__ = ()


if TYPE_CHECKING:
    Hint = Sentence | Command


def printed(hint: Hint) -> Sentence:
    """A hint as a person reads it: a sentence as it is, a command quoted for a shell."""
    if isinstance(hint, Sentence):
        return hint
    import shlex  # noqa: PLC0415 - a helper that has nothing to complain of does not pay for it

    return Sentence(shlex.join(hint))


def after(what: str, command: Hint) -> Sentence:
    """A command that helps once somebody has done `what`."""
    return Sentence(f"{what}, then: {printed(command)}")


def cure(builder: Built) -> Built:
    """Register a builder of cures."""
    CURES[builder.__name__] = builder
    return builder


def show(builder: Built) -> Built:
    """Register a builder of shows."""
    SHOWS[builder.__name__] = builder
    return builder


def move(builder: Built) -> Built:
    """Register a builder of sentences."""
    MOVES[builder.__name__] = builder
    return builder
