"""One line of the status, before it is folded and coloured."""

from __future__ import annotations

COLUMN = 15
"""Where the text of a row begins."""


class Row:
    """`text` beside its `head`, which is shown in `colour`.

    says: attention or error, where somebody has to do something. whole: it is to be pasted, and never folded.
    No NamedTuple: typing takes as long to load as the daemon to answer.
    """

    def __init__(self, head: str, text: str, *, says: str = "", colour: str = "dim", whole: bool = False) -> None:
        self.head = head
        self.text = text
        self.says = says
        self.colour = says or colour
        self.whole = whole
