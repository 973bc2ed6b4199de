"""Keys, typed without echo, as the terminal itself would make a line of them."""

from __future__ import annotations

import pytest

from keyturn.console.sign_in.pasting import edited


@pytest.mark.parametrize(
    ("typed", "line"),
    [(b"abc", b"abc"), (b"ab\x7fc", b"ac"), (b"ab\bc", b"ac"), (b"\x7fa", b"a"), (b"abc\x15d", b"d")],
)
def test_what_is_left_of_what_was_typed(typed: bytes, line: bytes) -> None:
    left = b""
    for key in typed:
        left = edited(left, bytes([key]))
    assert left == line
