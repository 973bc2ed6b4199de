"""What the log keeps of a dead acquisition's stderr."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturnd.fetching.processes.last_words import LENGTH, LINES, last_words, scrubbed

TOKEN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~+=%.-", min_size=20)


async def words(content: bytes) -> str:
    stream = asyncio.StreamReader()
    stream.feed_data(content)
    stream.feed_eof()
    return await last_words(stream)


async def test_the_last_lines_as_one() -> None:
    content = b"".join(b"line %d\n" % number for number in range(20000))
    assert (await words(content)).split(" | ") == [f"line {number}" for number in range(20000 - LINES, 20000)]


@pytest.mark.parametrize("content", [b"", b"\n\n"])
async def test_nothing_said(content: bytes) -> None:
    assert await words(content) == ""


async def test_the_reason_of_a_broken_installation_is_readable() -> None:
    said = b"  File \"/venv/lib/acquire/__main__.py\", line 9\nImportError: No module named 'msal'\n"
    assert await words(said) == "File \"/venv/lib/acquire/__main__.py\", line 9 | ImportError: No module named 'msal'"


@given(TOKEN, st.text(max_size=40))
def test_what_looks_like_a_token_is_cut_out(token: str, around: str) -> None:
    assert token not in scrubbed(f"{around} {token} {around}")


@given(st.text())
def test_one_short_line_whatever_it_is(text: str) -> None:
    line = scrubbed(text)
    assert len(line) <= LENGTH
    assert line.isprintable()
