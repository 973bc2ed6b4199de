"""Pieces of a manual page in roff, of the macros that man(7) has everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga", '"': "\\(dq", "…": "..."}
_BREAKS = re.compile("|".join(map(re.escape, _SPECIAL)))


def escaped(text: str) -> str:
    """`text` as roff shows it letter by letter: quotes and hyphens stay what can be pasted into a shell."""
    return _BREAKS.sub(lambda found: _SPECIAL[found[0]], text)


def line(text: str) -> str:
    """`text` (roff already) as one input line: what begins like a request is none."""
    return f"\\&{text}\n" if text.startswith((".", "'")) else f"{text}\n"


def bold(text: str) -> str:
    """Literal words: commands, options, file names."""
    return f"\\fB{escaped(text)}\\fR"


def title(name: str, section: int, what: str) -> str:
    """The head of a page, and its NAME. No date: the same source makes the same page."""
    name_line = line(f"{escaped(name)} \\- {escaped(what)}")
    return f'.TH "{escaped(name.upper())}" {section} "" keyturn keyturn\n.nh\n{heading("NAME")}{name_line}'


def heading(text: str, level: int = 1) -> str:
    """A section, or with level 2 one inside of it."""
    return f'.{"SH" if level == 1 else "SS"} "{escaped(text)}"\n'


def paragraph(text: str) -> str:
    """`text` is roff already."""
    return f".PP\n{line(text)}"


def tagged(tag: str, text: str) -> str:
    """A tag, and what it means behind it; both are roff already."""
    return f".TP\n{line(tag)}{line(text)}"


def verbatim(lines: Iterable[str]) -> str:
    """Lines as they are, indented."""
    shown = "".join(line(escaped(each)) for each in lines)
    return f".PP\n.RS 4\n.nf\n{shown}.fi\n.RE\n"
