"""Too many at once, or too much unfinished: who gives way, and that each is told."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from keyturnd.callers.peer import Peer
from keyturnd.server import connections as registry
from keyturnd.server.connections import Connections
from keyturnd.server.http import Request, Response
from support.daemon.line import REQUEST, Line, hello, left

if TYPE_CHECKING:
    import pytest

    from keyturnd.server.connection import Connection


async def crowd(connections: Connections, number: int) -> list[Line]:
    """So many who have begun a request."""
    lines = [Line(connections) for _ in range(number)]
    for line in lines:
        line.open()
        await line.say(b"GET /x")
    return lines


async def is_told(line: Line, what: bytes) -> None:
    heard = await line.hear()
    assert heard.startswith(b"HTTP/1.1 503 ")
    assert what in heard


async def test_the_oldest_who_dawdles_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PER_PROCESS", 3)
    connections = Connections(hello)
    lines = await crowd(connections, 4)
    await is_told(lines[0], b"too many connections at once")
    await lines[3].say(b" HTTP/1.1\r\n\r\n")
    assert (await lines[3].hear()).endswith(b"hello")
    assert set(connections.by_process.values()) == {2}
    await left(connections, lines)


async def test_nobody_is_cut_off_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PER_PROCESS", 1)
    monkeypatch.setattr(registry, "REFUSED", 2)
    connections = Connections(hello)
    lines = [Line(connections) for _ in range(9)]
    for line in lines:
        line.open()
    assert (len(connections.open), len(connections.refused)) == (1, 2)
    for line in lines[:-1]:
        await is_told(line, b"too many connections at once")
    await left(connections, lines)


async def test_everybody_together_has_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "peer_of", lambda _: Peer(pid=0, uid=os.geteuid()))
    connections = Connections(hello, in_all=3)
    lines = await crowd(connections, 4)
    await is_told(lines[0], b"too many connections at once")
    await left(connections, lines)


async def test_whoever_is_being_answered_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PER_PROCESS", 1)
    begun, approved = asyncio.Event(), asyncio.Event()

    async def work(connection: Connection, request: Request) -> Response:
        begun.set()
        await approved.wait()
        return Response(b"at last")

    connections = Connections(work)
    lines = [Line(connections), Line(connections)]
    lines[0].open()
    await lines[0].say(REQUEST)
    await begun.wait()
    lines[1].open()
    await is_told(lines[1], b"too many connections at once")
    approved.set()
    assert (await lines[0].hear()).endswith(b"at last")
    await left(connections, lines)


async def test_unfinished_requests_share_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "UNFINISHED_BYTES", 2500)
    connections = Connections(hello)
    lines = [Line(connections) for _ in range(3)]
    for line in lines:
        await line.say(b"POST /x HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + bytes(1000))
        line.open()
    await is_told(lines[0], b"too many unfinished requests at once")
    assert connections.unfinished == 2000
    await lines[1].say(b"x")
    assert (await lines[1].hear()).endswith(b"hello")
    await left(connections, lines)
    assert connections.unfinished == 0
