"""How much of its standard input the twin takes: as much as the daemon, and half a request would be another one."""

from __future__ import annotations

import sys
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import UsageError
from keyturn.twin import streams

if TYPE_CHECKING:
    from collections.abc import Callable

READERS = [streams.standard_input, streams.to_blank_line]


def given(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("content", [b"", b"x", b"x" * streams.LIMIT, b"a=b\n" * (streams.LIMIT >> 2)])
def test_all_of_what_the_daemon_takes(
    read: Callable[[], bytes], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(content, monkeypatch)
    assert read() == content


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("content", [b"x" * (streams.LIMIT + 1), b"a=b\n" * (streams.LIMIT >> 2) + b"c"])
def test_none_of_what_is_longer(read: Callable[[], bytes], content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    given(content, monkeypatch)
    with pytest.raises(UsageError, match="exceeds 1 MiB"):
        read()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_git_may_hold_the_pipe_open(end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    given(b"a=b\n" + end + b"never read", monkeypatch)
    assert streams.to_blank_line() == b"a=b\n" + end


@pytest.mark.parametrize("read", READERS)
def test_a_closed_one_is_empty(read: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert read() == b""
