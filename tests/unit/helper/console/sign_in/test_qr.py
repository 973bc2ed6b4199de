"""What is drawn is the code of the address, in black and white on every terminal."""

from __future__ import annotations

import segno

from keyturn.console.sign_in.qr import BORDER, lines

URL = "https://microsoft.com/devicelogin"
LIGHT = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
"""Whether the upper and the lower half of a character are light."""


def test_every_module_is_where_it_belongs() -> None:
    halves = [
        [LIGHT[character][half] for character in line] for line in lines(URL, is_coloured=False) for half in (0, 1)
    ]
    wanted = [[int(not module) for module in row] for row in segno.make(URL, micro=False).matrix_iter(border=BORDER)]
    assert halves[: len(wanted)] == wanted


def test_the_colours_are_not_the_terminals_own() -> None:
    drawn = lines(URL, is_coloured=True)
    assert all(line.startswith("\x1b[97;40m") and line.endswith("\x1b[0m") for line in drawn)
    assert [line[8:-4] for line in drawn] == lines(URL, is_coloured=False)
