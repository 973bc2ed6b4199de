"""The socket that is served before the event loop's turn, in a loop of its own."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from keyturnd.server.foremost import Foremost

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def played(play: Callable[[Foremost, socket.socket], Awaitable[None]]) -> None:
    """`play` in a loop whose selector it gets, with a socket that listens."""
    selector = Foremost()
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listener.setblocking(False)

        async def main() -> None:
            await play(selector, listener)

        runner.run(main())


async def dial(listener: socket.socket) -> socket.socket:
    connection = socket.socket()
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, listener.getsockname())
    return connection


def test_whoever_connects_is_served_ahead_of_what_the_loop_has_found_ready() -> None:
    async def play(selector: Foremost, listener: socket.socket) -> None:
        order: list[str] = []
        loop, ours, theirs = asyncio.get_running_loop(), *socket.socketpair()
        with ours, theirs:
            loop.add_reader(ours, lambda: order.append("loop"))
            selector.put_first(listener, lambda: order.append("first"))
            theirs.send(b"x")
            with socket.create_connection(listener.getsockname()):
                for _ in range(2):  # the loop's turns: one finds both ready, the next has run what is the loop's
                    await asyncio.sleep(0)
            loop.remove_reader(ours)
            selector.drop(listener)
        assert order[:2] == ["first", "loop"]

    played(play)


def test_a_bug_in_serving_is_told_and_the_loop_goes_on() -> None:
    async def play(selector: Foremost, listener: socket.socket) -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

        def serve() -> None:
            listener.accept()[0].close()
            raise ZeroDivisionError

        selector.put_first(listener, serve)
        for number in (1, 2):
            with await dial(listener) as connection:
                assert await asyncio.get_running_loop().sock_recv(connection, 1) == b""
            assert len(told) == number
        assert isinstance(told[0]["exception"], ZeroDivisionError)

    played(play)


def test_nobody_is_served_any_more_until_it_is_put_first_again() -> None:
    async def play(selector: Foremost, listener: socket.socket) -> None:
        served = asyncio.Event()

        def serve() -> None:
            listener.accept()[0].close()
            served.set()

        selector.put_first(listener, serve)
        selector.drop(listener)
        selector.drop(listener)
        with await dial(listener):
            await asyncio.sleep(0)
            assert not served.is_set()
            selector.put_first(listener, serve)
            await served.wait()

    played(play)
