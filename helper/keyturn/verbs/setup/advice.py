"""What stands in the way of a tool's set-up: told, and never changed, because somebody may need it."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.kinds_of_hints import Hint


class Advice(NamedTuple):
    """Something in the way that `setup` does not change, and the command that does, or shows it."""

    sentence: str
    hint: Hint
