"""Reasons to leave, on a clock turned by hand."""

from __future__ import annotations

import asyncio
import socket
from threading import Event
from typing import TYPE_CHECKING

import pytest

from keyturnd import unstoppable
from keyturnd.life.lookout import ROUND, SETTLED, SOON, Lookout
from keyturnd.threads import Threads
from keyturnd.vault import looking
from keyturnd.vault.looking import MOST, seen
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDLE_EXIT = 100.0


class Scenery:
    """A socket and a package in a directory, and a lookout on them."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "socket"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.code = directory / "__init__.py"
        self.code.write_text("first")
        self.clock = ManualClock()
        self.busy = False
        self.idle_exit = IDLE_EXIT
        self.state_is_ours = True
        self.lookout = Lookout(
            str(self.path), directory, clock=self.clock,
            busy=lambda: self.busy, longest_idleness=lambda: self.idle_exit, state_is_ours=lambda: self.state_is_ours,
        )  # fmt: skip

    def replace_code(self) -> None:
        """As pip does it."""
        fresh = self.code.with_suffix(".new")
        fresh.write_text("second")
        fresh.replace(self.code)


@pytest.fixture
def scenery(tmp_path: Path) -> Iterator[Scenery]:
    made = Scenery(tmp_path)
    with made.listener:
        yield made


async def test_nothing_is_a_reason_at_first(scenery: Scenery) -> None:
    assert await scenery.lookout.look() is None
    assert scenery.lookout.pause() == ROUND


async def test_a_disk_with_our_code_that_does_not_answer_takes_one_thread(
    scenery: Scenery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept may lie on another one, and is looked at by the others."""
    begun, answers = Event(), Event()
    for name, value in ("PATIENCE", 0.0), ("LITTLE_PATIENCE", 0.0), ("threads", Threads(MOST)), ("_late", set()):
        monkeypatch.setattr(looking, name, value)
    monkeypatch.setattr(unstoppable, "left", set())

    def unanswered() -> bool:
        begun.set()
        return answers.wait(30)

    monkeypatch.setattr(scenery.lookout, "_state_is_ours", unanswered)
    try:
        for _ in range(MOST):
            assert await scenery.lookout.look() is None
            await asyncio.to_thread(begun.wait, 30)
        monkeypatch.setattr(looking, "LITTLE_PATIENCE", 30.0)
        assert await seen(len, "kept") == len("kept")
    finally:
        answers.set()
        await asyncio.gather(*unstoppable.left, return_exceptions=True)
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    scenery.replace_code()
    assert await scenery.lookout.look() is None
    assert scenery.lookout.pause() == SETTLED, "it looks again"


async def test_a_state_directory_that_is_no_longer_the_one_we_took(scenery: Scenery) -> None:
    scenery.busy, scenery.state_is_ours = True, False
    assert await scenery.lookout.look() == "state moved"


async def test_a_socket_that_is_gone_or_somebody_elses(scenery: Scenery) -> None:
    scenery.busy = True  # nobody finds us any more: whoever is in here is let finish, no more come
    scenery.path.unlink()
    assert await scenery.lookout.look() == "socket lost"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(scenery.path))
        assert await scenery.lookout.look() == "socket lost"


async def test_an_upgrade_counts_once_it_has_settled(scenery: Scenery) -> None:
    scenery.replace_code()
    assert await scenery.lookout.look() is None
    assert scenery.lookout.pause() == SETTLED
    scenery.clock.advance(SETTLED - 0.1)
    assert await scenery.lookout.look() is None
    scenery.clock.advance(0.1)
    assert await scenery.lookout.look() == "upgraded"


async def test_an_upgrade_that_goes_on_is_waited_for(scenery: Scenery) -> None:
    for _ in range(5):
        scenery.replace_code()
        assert await scenery.lookout.look() is None
        scenery.clock.advance(SETTLED)


async def test_a_package_that_is_gone_is_no_upgrade(scenery: Scenery) -> None:
    content = scenery.code.read_text()
    scenery.code.unlink()
    for _ in range(3):
        assert await scenery.lookout.look() is None
        scenery.clock.advance(SETTLED)
    scenery.code.write_text(content)
    assert await scenery.lookout.look() is None  # begins to settle only now


async def test_an_upgrade_waits_for_whoever_is_being_answered(scenery: Scenery) -> None:
    scenery.replace_code()
    scenery.busy = True
    for _ in range(3):
        assert await scenery.lookout.look() is None
        scenery.clock.advance(SETTLED)
    scenery.busy = False
    assert await scenery.lookout.look() == "upgraded"


async def test_idleness_counts_from_the_last_answer(scenery: Scenery) -> None:
    scenery.clock.advance(IDLE_EXIT - 1)
    scenery.lookout.served()
    scenery.clock.advance(IDLE_EXIT - ROUND / 2)
    assert await scenery.lookout.look() is None
    assert scenery.lookout.pause() == pytest.approx(ROUND / 2)
    scenery.clock.advance(ROUND / 2)
    assert await scenery.lookout.look() == "idle"


async def test_whoever_is_being_answered_is_no_idleness(scenery: Scenery) -> None:
    scenery.busy = True
    scenery.clock.advance(IDLE_EXIT)
    assert await scenery.lookout.look() is None
    scenery.busy = False
    assert await scenery.lookout.look() is None  # idle since now
    scenery.clock.advance(IDLE_EXIT)
    assert await scenery.lookout.look() == "idle"


async def test_it_never_looks_without_a_pause(scenery: Scenery) -> None:
    scenery.idle_exit = 0.0
    assert 0 < scenery.lookout.pause() <= SOON
    scenery.idle_exit = float("inf")
    scenery.clock.advance(1e9)
    assert (scenery.lookout.pause(), await scenery.lookout.look()) == (ROUND, None)
