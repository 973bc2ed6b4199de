"""Whose a connection to a port of ours is: every user of this machine can make one.

Others can read the address of a sign-in, its state included, off the command line of the browser that is opened
(proc(5)), sign in there as themselves, and bring us that answer. It would fit, and the person would work and push as
somebody else.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
"""Of all TCP sockets of this machine (proc(5)); where a system does not show them, nobody is told apart."""
ESTABLISHED = 1
"""linux/include/net/tcp_states.h. What is closed already may be shown as root's, whoever's it was."""
ROOT = 0
WORD = 4
"""Bytes of which the kernel writes addresses, each in the machine's own order."""


class Row(NamedTuple):
    """One socket. `local`, `remote`: as the kernel writes them. `uid`: its owner's."""

    local: str
    remote: str
    state: int
    uid: int


def can_be_told() -> bool:
    """Whether this system shows whose connections are."""
    return bool(_tables())


def is_anothers(connection: socket.socket) -> bool:
    """Whether the other end of `connection` is another user's, or was closed before that could be told.

    Root's is none: it forwards ports, for containers and for Windows' Linux. Nor is one that is on this machine in no
    table: such come from outside a machine that shares its loopback (Windows' Linux, mirrored).
    """
    tables = _tables()  # some 10 ms of the kernel's time
    if not tables:
        return False
    try:
        # Once more, because a table that changes while it is read may pass over a row.
        theirs = _other_ends(connection, tables) or _other_ends(connection, _tables())
        return not all(map(_is_let_in, theirs)) if theirs else not _is_established(connection)
    except OSError:
        return True


def _other_ends(connection: socket.socket, tables: Iterable[str]) -> list[Row]:
    near, far = _spellings(connection.getsockname()), _spellings(connection.getpeername())
    return [row for row in _rows(tables) if row.local in far and row.remote in near]


def _is_let_in(row: Row) -> bool:
    return row.uid == os.geteuid() or (row.uid == ROOT and row.state == ESTABLISHED)


def _spellings(end: tuple[str, int]) -> set[str]:
    """An end as the tables may have it: IPv4 through a socket of IPv6, too."""
    address = ip_address(end[0])
    packed = [address.packed]
    if isinstance(address, IPv4Address):
        packed.append(ip_address(f"::ffff:{address}").packed)
    return {f"{_written(each)}:{end[1]:04X}" for each in packed}


def _written(packed: bytes) -> str:
    words = (packed[at : at + WORD] for at in range(0, len(packed), WORD))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


def _tables() -> list[str]:
    """Those that this system has and shows."""
    found = []
    for table in TABLES:
        with suppress(OSError):
            found.append(Path(table).read_text("ascii"))
    return found


def _rows(tables: Iterable[str]) -> Iterator[Row]:
    for table in tables:
        for fields in map(str.split, table.splitlines()[1:]):
            yield Row(fields[1], fields[2], int(fields[3], 16), int(fields[7]))


def _is_established(connection: socket.socket) -> bool:
    """By our own end: TCP_INFO begins with the state (tcp(7))."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED
