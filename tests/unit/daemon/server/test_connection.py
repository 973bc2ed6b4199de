"""One connection of the daemon, on a real socket, with an answer of the test's making."""

from __future__ import annotations

import asyncio
import gc
import json
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
from support.daemon.line import HUGE, REQUEST, Line, hello

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from keyturnd.server.connection import Connection

    Handle = Callable[[Connection, Request], Awaitable[Response]]


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


class Work:
    """An answer that never comes."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, _connection: Connection, _request: Request) -> Response:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        return Response()


async def test_whoever_leaves_ends_the_work_on_its_request(lines: Callable[[Handle], Awaitable[Line]]) -> None:
    work = Work()
    line = await lines(work)
    await line.say(REQUEST)
    await work.begun.wait()
    assert line.connections.busy()
    line.ours.close()
    await work.ended.wait()
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
    work = Work()
    line = await lines(work)
    await line.say(REQUEST)
    line.ours.shutdown(socket.SHUT_WR)
    await work.begun.wait()
    line.ours.close()
    await work.ended.wait()
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
