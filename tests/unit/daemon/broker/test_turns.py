"""Fetches that take turns: whoever leaves the queue takes nobody's turn along."""

from __future__ import annotations

import asyncio
import gc

import pytest

from keyturnd.messages.states import EntraState
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, service_profile, want

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


@pytest.mark.parametrize("steps", range(8))
async def test_a_failure_that_comes_as_its_waiter_leaves_is_no_bug(bench: Bench, steps: int) -> None:
    """steps: of the loop, from the end of the fetch to that of the caller."""
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(service_profile()), NOBODY))
    await bench.provider.arrived.wait()
    (flight,) = bench.broker.flights.values()
    flight.cancel()
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting, flight])
    del waiting, flight
    gc.collect()
    assert not told
