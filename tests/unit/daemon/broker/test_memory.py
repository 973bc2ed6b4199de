"""The tokens in memory: the short way to tell that one is good agrees with the long one, whatever the clocks do."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturnd.broker.memory import Memory
from keyturnd.fetching.wants import Want
from keyturnd.vault.tokens import Token
from support.daemon.brokers import Bench, read_across, service_profile, want
from support.daemon.manual_clock import ManualClock

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


@pytest.fixture
async def wanted(bench: Bench) -> Want:
    """What a token is kept for that was not read yet."""
    wanted, now = want(service_profile()), bench.clock.wall()
    await bench.holdings.keep_token(wanted.key, Token("read", now, now + HOUR))
    return wanted


async def test_what_was_read_before_a_logout_is_not_held_after_it(
    bench: Bench, wanted: Want, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread reads it, and what it has found may come after a logout that began later."""

    async def logout() -> None:
        await bench.broker.logout(wanted.profile.name)

    assert await read_across(bench, monkeypatch, bench.broker.memory.look_up(wanted), logout()) is None
    assert bench.broker.memory.held == {}


async def test_what_was_read_before_it_was_dropped_is_not_held_after_that(
    bench: Bench, wanted: Want, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another caller had it, too, and was refused with it meanwhile."""
    memory = bench.broker.memory
    assert await read_across(bench, monkeypatch, memory.look_up(wanted), memory.drop(wanted.key)) is None
    assert memory.held == {}
