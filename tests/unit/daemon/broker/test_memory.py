"""The tokens in memory: the short way to tell that one is good agrees with the long one, whatever the clocks do."""

from __future__ import annotations

import asyncio
from random import Random
from threading import Event
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from keyturnd.broker.memory import Memory
from keyturnd.fetching.wants import Want
from keyturnd.vault.tokens import Token
from support.daemon.brokers import Bench, service_profile, want
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest

    from keyturnd.broker.memory import Held
    from keyturnd.vault.records import RecordName

HOUR = 3600.0


@given(
    life=st.floats(0, 2 * HOUR),
    age=st.floats(-HOUR, HOUR),
    passed=st.floats(0, 3 * HOUR),
    jump=st.floats(-2 * HOUR, 2 * HOUR),
    protocol=st.sampled_from(["git", "docker", "kube"]),
)
def test_what_lasts_is_fresh_and_not_due(life: float, age: float, passed: float, jump: float, protocol: str) -> None:
    clock = ManualClock()
    nobody: Any = None
    memory = Memory(nobody, nobody, clock, Random(1).random)  # noqa: S311 - jitter
    issued_at = clock.wall() - age
    held = memory.hold(Want(service_profile(), ("scope",), protocol), Token("text", issued_at, issued_at + life))
    clock.advance(passed)
    clock.set_wall(clock.wall() + jump)
    good = memory.fresh(held, protocol) and not memory.due(held)
    assert memory.lasts(held) == good


async def _read_while(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: Callable[[Want], Awaitable[None]]
) -> Held | None:
    """What is found of a token at rest by somebody who reads it before a `change` begins, and hears it after."""
    wanted, now = want(service_profile()), bench.clock.wall()
    get, found, go_on = bench.vault.get, Event(), Event()
    await bench.holdings.keep_token(wanted.key, Token("read", now, now + HOUR))
    bench.holdings.read_by_threads()

    def slowly(name: RecordName) -> bytes | None:
        payload = get(name)
        found.set()
        assert go_on.wait(30)
        return payload

    monkeypatch.setattr(bench.vault, "get", slowly)
    looking = asyncio.create_task(bench.broker.memory.look_up(wanted))
    await asyncio.to_thread(found.wait, 30)
    try:
        await change(wanted)
    finally:
        go_on.set()
    return await looking


async def test_what_was_read_before_a_logout_is_not_held_after_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread reads it, and what it has found may come after a logout that began later."""

    async def logout(wanted: Want) -> None:
        await bench.broker.logout(wanted.profile.name)

    assert await _read_while(bench, monkeypatch, logout) is None
    assert bench.broker.memory.held == {}


async def test_what_was_read_before_it_was_dropped_is_not_held_after_that(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another caller had it, too, and was refused with it meanwhile."""

    async def drop(wanted: Want) -> None:
        await bench.broker.memory.drop(wanted.key)

    assert await _read_while(bench, monkeypatch, drop) is None
    assert bench.broker.memory.held == {}
