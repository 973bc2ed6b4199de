"""What the doctor says of one thing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from keyturn import hints
from keyturn.folding import folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.errors import KeyturnError
    from keyturn.hints import Hint

INDENT = " " * len("warning  ")


class Finding(NamedTuple):
    """One line. `safe`: the hint is a command of ours that loses nothing, so that --fix may run it."""

    level: Literal["ok", "warning", "error"]
    sentence: str
    hint: Hint | None = None
    safe: bool = False

    def lines(self, width: int | None) -> str:
        """For people: the finding, folded to `width` columns, and the command that helps, which stays whole."""
        mark = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[self.level]
        text = folded(f"{mark}  {self.sentence}", width, INDENT)
        return text if self.hint is None else f"{text}\n{INDENT}{hints.printed(self.hint)}"

    def facts(self) -> dict[str, str | None]:
        """For programs."""
        hint = None if self.hint is None else str(hints.printed(self.hint))
        return {"level": self.level, "sentence": self.sentence, "hint": hint}


def ok(sentence: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", sentence)


def failed(error: KeyturnError, about: str = "") -> Finding:
    """What an error says."""
    return Finding("error", f"{about}{error.sentence}", error.hint)
