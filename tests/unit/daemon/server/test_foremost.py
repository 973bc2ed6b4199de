"""The socket that is served before the event loop's turn, in a loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from keyturnd import journal
from keyturnd.server import foremost
from keyturnd.server.foremost import Foremost

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from selectors import SelectorKey


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

            def serve() -> bool:
                order.append("first")
                return False

            selector.put_first(listener, serve)
            theirs.send(b"x")
            with socket.create_connection(listener.getsockname()):
                for _ in range(2):  # the loop's turns: one finds both ready, the next has run what is the loop's
                    await asyncio.sleep(0)
            loop.remove_reader(ours)
            selector.drop()
        assert order[:2] == ["first", "loop"]

    played(play)


def test_a_bug_in_serving_is_told_and_the_loop_goes_on() -> None:
    async def play(selector: Foremost, listener: socket.socket) -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

        def serve() -> NoReturn:
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

        def serve() -> bool:
            listener.accept()[0].close()
            served.set()
            return False

        selector.put_first(listener, serve)
        selector.drop()
        selector.drop()
        with await dial(listener):
            await asyncio.sleep(0)
            assert not served.is_set()
            selector.put_first(listener, serve)
            await served.wait()

    played(play)


def test_what_leaves_the_loop_nothing_costs_it_no_turn() -> None:
    class Counting(Foremost):
        turns = 0

        def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
            self.turns += 1
            return super().select(timeout)

    with Counting() as selector, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        left = 5

        def serve() -> bool:
            nonlocal left
            listener.accept()[0].close()
            left -= 1
            return left > 0

        selector.put_first(listener, serve)
        with ExitStack() as stack:
            for _ in range(left):
                stack.enter_context(socket.create_connection(listener.getsockname()))
            assert selector.select() == []
        assert left == 0
        assert selector.turns == 1


@pytest.mark.parametrize("timeout", [None, 0.0, 3600.0])
def test_the_loop_gets_its_turn_however_many_come(timeout: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foremost, "LULL", 0.01)
    with Foremost() as selector, socket.create_server(("127.0.0.1", 0)) as listener:
        selector.put_first(listener, lambda: True)  # takes nobody: there is always another
        with socket.create_connection(listener.getsockname()):
            assert selector.select(timeout) == []


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer is waited for until somebody says something: a test of it that returns has seen why."""
    monkeypatch.setattr(foremost, "SOON", None)


@pytest.mark.usefixtures("for_ever")
def test_a_newcomer_is_given_a_moment_to_speak() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        speaking = threading.Thread(target=theirs.send, args=(b"x",))
        speaking.start()
        assert Foremost().speaks(ours.fileno())
        speaking.join()


def test_not_more_than_a_moment() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not Foremost().speaks(ours.fileno())


@pytest.mark.usefixtures("for_ever")
def test_a_silent_newcomer_keeps_nobody_waiting_whom_the_loop_knows() -> None:
    async def play(selector: Foremost, _: socket.socket) -> None:
        (silent, silence), (known, speaker) = socket.socketpair(), socket.socketpair()
        with silent, silence, known, speaker:
            asyncio.get_running_loop().add_reader(known, lambda: None)
            speaker.send(b"x")
            assert not selector.speaks(silent.fileno())
            asyncio.get_running_loop().remove_reader(known)

    played(play)


@pytest.mark.usefixtures("for_ever")
def test_a_silent_newcomer_keeps_no_other_newcomer_waiting() -> None:
    async def play(selector: Foremost, listener: socket.socket) -> None:
        silent, theirs = socket.socketpair()
        with silent, theirs, await dial(listener):
            selector.put_first(listener, lambda: False)
            assert not selector.speaks(silent.fileno())
            selector.drop()

    played(play)


def test_the_log_is_written_in_the_turn_that_a_lull_ends_with() -> None:
    assert foremost.LULL >= journal.BEHIND


def test_a_lull_ends_when_something_of_the_loops_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    with Foremost() as selector, socket.create_server(("127.0.0.1", 0)) as listener:
        selector.put_first(listener, lambda: True)  # takes nobody: there is always another
        with socket.create_connection(listener.getsockname()):
            moments = iter([100.0, 100.9, 101.0])
            monkeypatch.setattr("time.monotonic", lambda: next(moments))
            assert selector.select(1.0) == []
        assert list(moments) == []
