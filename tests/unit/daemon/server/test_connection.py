"""One connection of the daemon, on a real socket, with an answer of the test's making."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import Refused
from keyturnd.callers.peer import Peer
from keyturnd.server import connection as module
from keyturnd.server.connection import IN_ALL, PER_PROCESS, REFUSED, Connection, Connections
from keyturnd.server.http import Request, Response, problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handle = Callable[[Connection, Request], Awaitable[Response]]

REQUEST = b"GET /x HTTP/1.1\r\n\r\n"
HUGE = 4 << 20
"""Bytes that no socket buffer holds."""


class Line:
    """The test's end of one connection, and the daemon's."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.ours, self._theirs = socket.socketpair()
        self.ours.setblocking(False)
        self._theirs.setblocking(False)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: Connection(self.connections), self._theirs)

    async def say(self, content: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.ours, content)

    async def hear(self) -> bytes:
        """Everything, to the end."""
        heard = b""
        while piece := await asyncio.get_running_loop().sock_recv(self.ours, 1 << 16):
            heard += piece
        return heard


@pytest.fixture
async def lines() -> AsyncIterator[Callable[[Handle], Awaitable[Line]]]:
    made: list[Line] = []

    async def make(handle: Handle) -> Line:
        line = Line(Connections(handle))
        await line.open()
        made.append(line)
        return line

    yield make
    for line in made:
        line.ours.close()
        if line.connections.open:
            await line.connections.emptied.wait()


async def until_gone(line: Line) -> None:
    await asyncio.wait_for(line.connections.emptied.wait(), 30)


async def hello(connection: Connection, request: Request) -> Response:
    return Response(b"hello", exit_status=3)


async def test_one_answer_and_the_end(lines: Callable[[Handle], Awaitable[Line]]) -> None:
    line = await lines(hello)
    await line.say(REQUEST * 3)
    heard = await line.hear()
    assert heard.count(b"HTTP/1.1 ") == 1
    assert heard.endswith(b"Keyturn-Exit: 3\r\nConnection: close\r\n\r\nhello")
    await until_gone(line)
    assert line.connections.served == 1


async def test_a_reader_that_never_reads_is_given_up(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_DEADLINE", 0.05)

    async def huge(connection: Connection, request: Request) -> Response:
        return Response(bytes(HUGE))

    line = await lines(huge)
    await line.say(REQUEST)
    await until_gone(line)


async def test_whoever_leaves_ends_the_work_on_its_request(lines: Callable[[Handle], Awaitable[Line]]) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(connection: Connection, request: Request) -> Response:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Response()

    line = await lines(work)
    await line.say(REQUEST)
    await begun.wait()
    assert line.connections.busy()
    line.ours.close()
    await ended.wait()
    await until_gone(line)


async def test_a_wait_is_a_stream_that_beats_and_ends_in_the_answer(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT", 0.01)
    approved = asyncio.Event()

    async def wait(connection: Connection, request: Request) -> Response:
        connection.show({"event": "device-code", "code": "ABC"})
        await approved.wait()
        return problem(Refused("no", "ask again"))

    line = await lines(wait)
    await line.say(REQUEST)
    heard = b""
    while heard.count(b"\n\n\n") == 0:  # three beats
        heard += await asyncio.get_running_loop().sock_recv(line.ours, 4096)
    approved.set()
    head, _, body = (heard + await line.hear()).partition(b"\r\n\r\n")
    assert b"Content-Type: application/jsonl" in head
    events = [json.loads(event) for event in body.split(b"\n") if event]
    assert events[0] == {"event": "device-code", "code": "ABC"}
    assert (events[-1]["event"], events[-1]["detail"], events[-1]["hint"]) == ("problem", "no", "ask again")


async def test_silence_ends_at_its_deadline(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUEST_DEADLINE", 0.05)
    line = await lines(hello)
    assert (await line.hear()).startswith(b"HTTP/1.1 408 ")


async def test_a_refusal_reaches_whoever_goes_on_sending(lines: Callable[[Handle], Awaitable[Line]]) -> None:
    line = await lines(hello)
    sending = asyncio.create_task(line.say(b"noise" * HUGE))
    assert (await line.hear()).startswith(b"HTTP/1.1 400 ")
    sending.cancel()
    line.ours.close()
    await until_gone(line)


async def test_another_user_gets_nothing(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "peer_of", lambda _: Peer(pid=1, uid=4711))
    line = await lines(hello)
    heard = b""
    with suppress(ConnectionError):
        await line.say(REQUEST)
        heard = await line.hear()
    assert heard == b""
    assert line.connections.served == 0
    assert not line.connections.by_process


def test_limits_are_per_process_and_in_all() -> None:
    connections = Connections(hello)
    one, another, unknown = Peer(1, 0), Peer(2, 0), Peer(0, 0)

    def fill(peer: Peer, number: int) -> None:
        for _ in range(number):
            connections.enter(Connection(connections), peer)

    fill(one, PER_PROCESS)
    assert connections.full_for(one)
    assert not connections.full_for(one, REFUSED)
    assert not connections.full_for(another)
    fill(unknown, 2 * PER_PROCESS)
    assert not connections.full_for(unknown)  # nobody can say whether that is one process
    fill(unknown, IN_ALL - len(connections.open))
    assert connections.full_for(another)
