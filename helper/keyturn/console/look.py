"""One look for all verbs: marks, colours and bars, which say nothing that the words beside them do not.

rich would draw them too; its import takes four times Python's own start, as much as all of `keyturn status` may.
"""

from __future__ import annotations

import os

from keyturn.folding import folded, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

COLOURS = {"ok": "32", "attention": "33", "error": "31", "dim": "2", "bold": "1"}
"""Of SGR (ECMA-48 section 8.3.117): of the eight that every terminal has in its own palette."""
MARKS = {"ok": ("✓", "+"), "attention": ("!", "!"), "error": ("✗", "x")}
"""As they are, and where the encoding of the stream has nothing but ASCII."""
BAR = (("█", "░"), ("#", "-"))


class Look:
    """How things are shown on `stream`: folded, coloured and drawn where it is a terminal that can."""

    def __init__(self, stream: Any) -> None:
        self.width = width_of(stream)
        self.is_coloured = _shows_colours(stream)
        self._ascii = not str(getattr(stream, "encoding", None)).lower().startswith("utf")

    def mark(self, kind: str) -> str:
        """The mark of `kind`, one column wide."""
        return MARKS[kind][self._ascii]

    def bar(self, share: float, columns: int = 10) -> str:
        """`share` of a whole, from 0 to 1; what is left of something is never drawn as nothing."""
        full, empty = BAR[self._ascii]
        filled = min(columns, max(round(share * columns), int(share > 0)))
        return full * filled + empty * (columns - filled)

    def painted(self, text: str, kind: str) -> str:
        """`text` in the colour of `kind`, one of COLOURS."""
        return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if self.is_coloured and text else text

    def verdict(self, wrong: int, open_ends: int, well: str) -> str:
        """How many things are wrong, and how many need somebody; `well` where there is neither."""
        if not wrong and not open_ends:
            return self.painted(f"{self.mark('ok')} {well}", "ok")
        told = [f"{wrong} {'things are' if wrong > 1 else 'thing is'} wrong"] if wrong else []
        told += [f"{open_ends} {'things need' if open_ends > 1 else 'thing needs'} you"] if open_ends else []
        kind = "error" if wrong else "attention"
        return self.painted(f"{self.mark(kind)} {' and '.join(told)}", kind)

    def row(self, head: str, text: str, column: int, *, kind: str = "", whole: bool = False) -> str:
        """`head`, and from `column` on `text`, folded there; the head in the colour of `kind`.

        whole: it is a command, to be pasted, and is not folded.
        """
        line = f"{head:<{column}}{text}" if len(head) < column else f"{head} {text}"
        shown = line if whole else folded(line, self.width, " " * column)
        return self.painted(head, kind) + shown[len(head) :] if kind else shown


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], width: int | None = None) -> Iterator[str]:
    """`rows` below their `heads`, in columns; the last one is folded at `width` columns of the screen."""
    lines = [heads, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    behind = " " * (sum(widths[:-1]) + 2 * len(widths[:-1]))
    for line in lines:
        cells = (cell.ljust(columns) for cell, columns in zip(line, widths, strict=True))
        yield folded("  ".join(cells).rstrip(), width, behind)


def _shows_colours(stream: Any) -> bool:
    """NO_COLOR (no-color.org) beats FORCE_COLOR, and that whether it is a terminal that shows them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("TERM", "") in {"", "dumb"}:
        return False
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
