"""The figures that README.md and guides/speed.md tell of the results, a row of a table each.

The rows stand in those pages among others. `--markdown PAGE` writes them anew, each in the place of the one that
begins alike, so that nobody copies a figure by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = "not measured"


@dataclass(frozen=True)
class Figure:
    """One figure of each run, and what it should be.

    case, row: what was measured. peer: how the name of the row begins that it is divided by; empty: it is told as it
    is. of: median or p99. target: what it should not be above; empty where nobody set one.
    """

    what: str
    beside: str
    case: str
    row: str
    peer: str = ""
    of: str = "median"
    target: str = ""

    @property
    def start(self) -> str:
        """How its row begins on every page."""
        return f"| {self.what} | {self.beside} |"

    def line(self, document: Mapping[str, Any]) -> str:
        """Its row in Markdown, of what report.document gives."""
        found = [self._of_run(run["cases"]) for run in document["runs"]]
        said = MISSING if set(found) <= {MISSING} else ", ".join(found)
        return f"{self.start} {said} | {self.target} |"

    def _of_run(self, cases: Mapping[str, Any]) -> str:
        rows = {row["name"]: row for row in cases.get(self.case, {"rows": []})["rows"]}
        if self.row not in rows:
            return MISSING
        if not self.peer:
            return f"{rows[self.row][self.of]:.1f}"
        ratios = rows[self.row]["ratios"].items()
        return next((f"{ratio[self.of]:.2f}" for peer, ratio in ratios if peer.startswith(self.peer)), MISSING)


CACHE, ECHO = "git credential-cache get", "a blocking server that answers the same bytes"
FIGURES = (
    Figure(
        "native helper, warm, whole process, git", f"`{CACHE}`",
        "warm-answer", "git, native", CACHE, target="0.25",
    ),
    Figure(
        "the daemon's share of a warm answer, one client", "the earlier build",
        "daemon-share", "daemon, 1 client", "daemon (earlier", target="0.35",
    ),
    Figure(
        "8 clients that ask twenty times a second each, p99", "one client alone",
        "load", "8 clients", "one client alone", "p99", "2",
    ),
    Figure(
        "one client during acquisitions, p99", "one client alone",
        "load", "during acquisitions", "one client alone", "p99", "2",
    ),
    Figure("8 clients in a closed loop, p99", ECHO, "daemon-share", "daemon, 8 clients", ECHO, "p99", "2"),
    Figure(
        "no daemon, token in the vault, to git's answer", "the earlier build",
        "cold-start", "git, native, no daemon", "git, native, no daemon (earlier", target="0.5",
    ),
)  # fmt: skip
"""In the order of the pages; those with a target first."""


def rewritten(page: str, document: Mapping[str, Any]) -> str:
    """`page` with the rows of `document`. Raises ValueError where it has none of them."""
    written = "".join(f"{_rewritten(line, document)}\n" for line in page.splitlines())
    if not any(figure.start in written for figure in FIGURES):
        raise ValueError("no row of it is one of the benchmarks'")
    return written


def _rewritten(line: str, document: Mapping[str, Any]) -> str:
    return next((figure.line(document) for figure in FIGURES if line.startswith(figure.start)), line)
