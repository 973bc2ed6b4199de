"""An address as a QR code (ISO/IEC 18004) in a terminal's characters: the telephone that signs in can read it."""

from __future__ import annotations

import io

import segno

BORDER = 2
"""Modules. The standard asks for four; scanners do with two, and a narrow terminal holds them."""
BLACK_AND_WHITE, OFF = "\x1b[97;40m", "\x1b[0m"
"""Whatever the terminal's own colours are: on a light one the code would come out inverted."""


def lines(url: str, *, is_coloured: bool) -> list[str]:
    """The code of `url`, two rows of modules a line; full blocks are its light modules."""
    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, border=BORDER, compact=True)
    rows = drawn.getvalue().rstrip("\n").split("\n")
    return [f"{BLACK_AND_WHITE}{row}{OFF}" for row in rows] if is_coloured else rows
