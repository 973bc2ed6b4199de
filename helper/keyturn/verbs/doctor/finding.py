"""What the doctor says of one thing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from keyturn.errors import one_line
from keyturn.kinds_of_hints import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.console.look import Look
    from keyturn.errors import KeyturnError
    from keyturn.kinds_of_hints import Hint

COLUMN = 2
"""Where a finding begins, behind its mark."""


class Finding(NamedTuple):
    """One line. `safe`: the hint is a command of ours that loses nothing, so that --fix may run it.

    reason: what an error says by itself, where that explains other findings as well. It is told once.
    """

    level: Literal["ok", "warning", "error"]
    sentence: str
    hint: Hint | None = None
    safe: bool = False
    reason: str = ""

    def row(self, look: Look) -> str:
        """For people. Names in it, of files too, may come with a clone that sets KUBECONFIG or DOCKER_CONFIG."""
        kind = {"ok": "ok", "warning": "attention", "error": "error"}[self.level]
        return look.row(look.mark(kind), one_line(self.sentence), COLUMN, kind=kind)

    def help(self) -> str:
        """The command that helps, to stand below it, whole; empty where there is none."""
        return "" if self.hint is None else f"{'':<{COLUMN}}{one_line(printed(self.hint))}"

    def facts(self) -> dict[str, str | None]:
        """For programs."""
        hint = None if self.hint is None else str(printed(self.hint))
        return {"level": self.level, "sentence": self.sentence, "hint": hint}


def ok(sentence: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", sentence)


def failed(error: KeyturnError, about: str = "") -> Finding:
    """What an error says."""
    return Finding("error", f"{about}{error.sentence}", error.hint, reason=error.sentence)


def once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without what follows from an error that has been told: a dead proxy is one fault, whatever it hides."""
    told: set[str] = set()
    for finding in findings:
        if finding.reason not in told:
            yield finding
        if finding.reason:
            told.add(finding.reason)
