"""keyturnd.acquire.loopback.peer: real sockets, and tables as the kernel writes them."""

from __future__ import annotations

import os
import select
import socket
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturnd.acquire.loopback import peer
from support.needs import absent

if TYPE_CHECKING:
    from collections.abc import Iterator

Way = tuple[socket.AddressFamily, str]
WAYS: list[Way] = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::ffff:127.0.0.1")]
NOBODY = 65534
RESETTING = struct.pack("ii", 1, 0)
"""SO_LINGER that has close() reset the connection."""


@contextmanager
def listening(family: socket.AddressFamily, address: str) -> Iterator[socket.socket]:
    with socket.socket(family) as port:
        port.bind((address, 0))
        port.listen()
        yield port


@contextmanager
def connected(family: socket.AddressFamily, address: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the other one."""
    at = (socket.AF_INET6, "::1") if address == "::1" else (socket.AF_INET, "127.0.0.1")
    with listening(*at) as port, socket.socket(family) as theirs:
        theirs.connect((address, port.getsockname()[1]))
        ours = port.accept()[0]
        with ours:
            yield ours, theirs


@pytest.mark.parametrize("way", WAYS)
def test_ones_own(way: Way) -> None:
    with connected(*way) as (ours, theirs):
        assert not peer.is_anothers(ours)
        theirs.shutdown(socket.SHUT_WR)
        assert not peer.is_anothers(ours)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("row", "anothers"), [((4711, 1), True), ((0, 1), False), ((0, 5), True), ((1000, 5), False), (None, False)]
)
def test_whose_it_is_by_the_tables(
    way: Way,
    row: tuple[int, int] | None,
    anothers: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Root forwards ports; who has closed is shown as root, and who is in no table is not on this machine."""
    with connected(*way) as (ours, theirs):
        tables = []
        for number, table in enumerate(peer.TABLES):
            lines = Path(table).read_text("ascii").splitlines()
            changed = [_changed(line, theirs.getsockname()[1], row) for line in lines[1:]]
            copy = tmp_path / str(number)
            copy.write_text("\n".join([lines[0], *filter(None, changed)]))
            tables.append(str(copy))
        monkeypatch.setattr(peer, "TABLES", tables)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert peer.is_anothers(ours) is anothers


def _changed(line: str, port: int, row: tuple[int, int] | None) -> str | None:
    """The line of the other end, with the uid and the state of `row`, or without it."""
    fields = line.split()
    if not fields[1].endswith(f":{port:04X}"):
        return line
    return None if row is None else " ".join([*fields[:3], f"{row[1]:02X}", *fields[4:7], str(row[0]), *fields[8:]])


def test_where_nothing_is_shown_nobody_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert peer.can_be_told()
    monkeypatch.setattr(peer, "TABLES", ["/nowhere"])
    assert not peer.can_be_told()
    with connected(*WAYS[0]) as (ours, theirs):
        theirs.close()
        assert not peer.is_anothers(ours)


def test_who_is_gone_before_anybody_looks_is_not_let_in() -> None:
    with connected(*WAYS[0]) as (ours, theirs):
        theirs.sendall(b"GET /?code=1 HTTP/1.1\r\n")
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETTING)
        theirs.close()
        poll = select.poll()
        poll.register(ours, select.POLLHUP)
        assert poll.poll(20_000)
        assert peer.is_anothers(ours)


@pytest.mark.root
def test_another_user() -> None:
    if os.geteuid() != 0:
        absent("only root can act as another user")
    with listening(*WAYS[0]) as port:
        os.seteuid(NOBODY)
        try:
            theirs = socket.create_connection(port.getsockname())
        finally:
            os.seteuid(0)
        with theirs, port.accept()[0] as ours:
            assert peer.is_anothers(ours)
