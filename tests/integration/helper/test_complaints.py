"""What the native helper says on a terminal holds nothing that a terminal obeys."""

from __future__ import annotations

import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def complaint_about(helper: Path, word: bytes) -> str:
    """What the terminal is shown of a word that is no operation."""
    done = subprocess.run(
        ["kube-credential-keyturn", word],
        executable=helper,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    first, hint, end = done.stderr.decode().split("\n")
    assert hint.startswith("keyturn: hint: ")
    assert end == ""
    return first.removeprefix("keyturn: error: unknown operation: ")


def test_no_character_that_a_terminal_obeys_reaches_it(helper: Path) -> None:
    """Escape sequences have C1 forms, and bidi marks make a line read other than it is."""
    every = map(chr, (*range(1, 0xD800), *range(0xE000, 0x110000)))
    obeyed = [c for c in every if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]
    assert len(obeyed) > 200
    for start in range(0, len(obeyed), 100):
        some = obeyed[start : start + 100]
        assert complaint_about(helper, "".join(some).encode()) == " " * len(some)


def test_what_a_terminal_only_shows_is_left(helper: Path) -> None:
    shown = "übung 漢字 😀 \u00a0\u2027\u202f\ud7ff\ue000\uffff\U0010ffff"
    assert complaint_about(helper, shown.encode()) == shown


@pytest.mark.parametrize(
    "raw",
    [b"\x9b2K", b"\xc2", b"\xe2\x80", b"\xc0\x9b", b"\xe0\x82\x9b", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xff"],
)
def test_bytes_that_are_no_text(helper: Path, raw: bytes) -> None:
    """A terminal in an eight-bit mode obeys the byte 9B by itself; longer forms of it are none of UTF-8's."""
    assert complaint_about(helper, b"x" + raw + b"y") == "x" + "".join(chr(b) if b < 128 else " " for b in raw) + "y"
