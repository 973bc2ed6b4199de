"""Answers that are there already, or were given before: no task, no reading."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturnd.server.connections import Connections
from keyturnd.server.http import Response
from support.daemon.line import HUGE, REQUEST, Line, hello, left

if TYPE_CHECKING:
    from keyturnd.callers.peer import Peer


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


def again(said: bytes, peer: Peer) -> Again | None:
    """Knows one request, of ours."""
    return AGAIN if said == REQUEST and peer.is_us else None


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


async def test_who_has_said_nothing_yet_is_heard_later() -> None:
    connections = Connections(hello, recall=again)
    line = Line(connections)
    line.open(spoken=False)
    assert len(connections.open) == 1
    await line.say(REQUEST)
    assert await line.hear() == b"again"
    await left(connections, [line])


async def test_what_was_said_before_may_be_said_late() -> None:
    connections = Connections(hello, recall=again)
    line = Line(connections)
    line.open()
    assert connections.open
    await line.say(REQUEST)
    assert await line.hear() == b"again"
    await left(connections, [line])


async def test_an_answer_given_again_waits_for_a_slow_reader() -> None:
    connections = Connections(hello, recall=lambda *_: Again(bytes(HUGE)))
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
