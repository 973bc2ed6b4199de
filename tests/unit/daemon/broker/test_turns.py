"""Fetches that take turns: whoever leaves the queue takes nobody's turn along."""

from __future__ import annotations

import asyncio

import pytest

from keyturnd.messages.states import EntraState
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, want

ME = personal_profile()
NOBODY = Person(waits=False)


@pytest.mark.parametrize("steps", range(8))
async def test_a_turn_that_comes_as_its_fetch_is_ended_is_the_next_ones(bench: Bench, steps: int) -> None:
    """steps: of the loop, from the end of the fetch before to the logout that ends the one behind it."""
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    bench.provider.hold()
    first, second = (bench.broker._flights.begin(want(ME, scopes)) for scopes in (want(ME).scopes, OTHER_SCOPES))
    await bench.provider.arrived.wait()
    bench.provider.release()
    await first
    for _ in range(steps):
        await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    assert not any(exclusion.locked() for exclusion in bench.broker._flights._exclusions.values())
    assert (await bench.broker.token(want(ME, OTHER_SCOPES), NOBODY)).access_token
