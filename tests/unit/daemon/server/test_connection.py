"""One connection of the daemon, on a real socket, with an answer of the test's making."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyturn import moves
from keyturn.errors import Refused
from keyturnd.callers.peer import Peer
from keyturnd.server import connection as module
from keyturnd.server import connections as registry
from keyturnd.server.connections import Connections
from keyturnd.server.http import Request, Response, problem
from keyturnd.server.readiness import has_left

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from keyturnd.server.connection import Connection

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

    def open(self) -> None:
        self.connections.take(self._theirs)

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
        line.open()
        made.append(line)
        return line

    yield make
    for line in made:
        line.ours.close()
        if line.connections.open or line.connections.refused:
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


async def test_whoever_says_no_more_still_gets_the_answer(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As socat and `nc -N` do: they close their half as soon as they have sent the request."""
    heard = asyncio.Event()

    def look(peer: socket.socket) -> bool:
        heard.set()
        return has_left(peer)

    async def work(connection: Connection, request: Request) -> Response:
        await heard.wait()
        return Response(b"late")

    monkeypatch.setattr(module, "has_left", look)
    line = await lines(work)
    await line.say(REQUEST)
    line.ours.shutdown(socket.SHUT_WR)
    assert (await line.hear()).endswith(b"late")


async def test_whoever_says_no_more_and_leaves_ends_the_work(
    lines: Callable[[Handle], Awaitable[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.01)
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
    line.ours.shutdown(socket.SHUT_WR)
    await begun.wait()
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
        return problem(Refused("no", moves.waiting.again()))

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
    assert (events[-1]["event"], events[-1]["detail"], events[-1]["hint"]) == (
        "problem",
        "no",
        "run the command again",
    )


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
    monkeypatch.setattr(registry, "peer_of", lambda _: Peer(pid=1, uid=4711))
    line = await lines(hello)
    heard = b""
    with suppress(ConnectionError):
        await line.say(REQUEST)
        heard = await line.hear()
    assert heard == b""
    assert line.connections.served == 0
    assert not line.connections.by_process


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Nothing is freed but by its last reference's going."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("said", [REQUEST, b"POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nsecret", b"noise"])
async def test_nothing_of_a_request_outlives_it(lines: Callable[[Handle], Awaitable[Line]], said: bytes) -> None:
    line = await lines(hello)
    (connection,) = line.connections.open
    alive = weakref.ref(connection)
    del connection
    await line.say(said)
    await asyncio.sleep(0)
    line.ours.close()
    await until_gone(line)
    await asyncio.sleep(0)
    assert alive() is None


async def test_an_answer_that_is_there_costs_no_task() -> None:
    connections = Connections(hello, at_once=lambda request, said: Response(request.path.encode() + said[:3]))
    line = Line(connections)
    await line.say(REQUEST)
    with line.ours:
        before = asyncio.all_tasks()
        line.open()
        assert asyncio.all_tasks() == before
        assert not connections.open
        assert (await line.hear()).endswith(b"\r\n\r\n/xGET")


class Again:
    """An answer that was given before."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.peers: list[Peer] = []

    def given(self, peer: Peer) -> None:
        self.peers.append(peer)


AGAIN = Again(b"again")


def again(said: bytes) -> Again | None:
    """Knows one request."""
    return AGAIN if said == REQUEST else None


async def test_what_was_said_before_needs_no_reading() -> None:
    connections = Connections(hello, recall=again)
    line, other = Line(connections), Line(connections)
    await line.say(REQUEST)
    line.open()
    assert await line.hear() == b"again"
    await other.say(REQUEST[:5])
    other.open()
    await other.say(REQUEST[5:])
    assert (await other.hear()).endswith(b"hello")
    assert connections.served == 2
    await left(connections, [line, other])


async def test_who_connects_is_given_a_moment_to_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel lets us run first, on the caller's processor, nothing has arrived yet."""
    monkeypatch.delattr(registry, "received")
    connections = Connections(hello, recall=again)
    line = Line(connections)
    await line.say(REQUEST)
    with line.ours:
        line.open()
        assert not connections.open
        assert await line.hear() == b"again"


async def test_nobody_is_waited_for_while_others_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[socket.SocketType] = []
    monkeypatch.setattr(registry, "received_soon", waited.append)
    connections = Connections(hello, recall=again)
    lines = [Line(connections) for _ in range(3)]
    for line in lines:
        line.open()
    assert len(waited) == 1
    await left(connections, lines)


async def test_what_was_said_before_may_be_said_late() -> None:
    connections = Connections(hello, recall=again)
    line = Line(connections)
    line.open()
    assert connections.open
    await line.say(REQUEST)
    assert await line.hear() == b"again"
    await left(connections, [line])


async def test_an_answer_given_again_waits_for_a_slow_reader() -> None:
    connections = Connections(hello, recall=lambda _: Again(bytes(HUGE)))
    line = Line(connections)
    await line.say(REQUEST)
    line.open()
    assert connections.open, "it is whole in the socket's buffer: nothing was tried"
    assert len(await line.hear()) == HUGE
    await left(connections, [line])


async def test_whoever_left_is_given_nothing_again() -> None:
    connections = Connections(hello, recall=again)
    line = Line(connections)
    await line.say(REQUEST)
    line.ours.close()
    line.open()
    assert not connections.open
    assert connections.served == 1


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


async def left(connections: Connections, lines: list[Line]) -> None:
    for line in lines:
        line.ours.close()
    await connections.emptied.wait()


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
