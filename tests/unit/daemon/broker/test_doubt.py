"""Tokens that a server seems to have refused."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.errors import ProviderUnreachable, SignInNeeded
from keyturnd.broker import policy
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from keyturnd.vault import tokens
from support.daemon.brokers import NOT_CONNECTED, Bench, Person, personal_profile, service_profile, want

CI = service_profile()
ME = personal_profile()
NOBODY = Person(waits=False)


async def test_it_is_replaced(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"


async def test_one_that_was_replaced_already_is_not_doubted(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    await bench.broker.doubt(want(CI), tokens.digest("access-0"), bench.broker.answer_by(want(CI)))
    assert bench.provider.started == 1


async def test_at_most_once_a_minute(bench: Bench) -> None:
    for passed, started in ((0.0, 2), (policy.FORCED_RENEWAL_INTERVAL - 1, 2), (2.0, 3)):
        bench.clock.advance(passed)
        token = await bench.broker.token(want(CI), NOBODY)
        await bench.broker.doubt(want(CI), token.digest, bench.broker.answer_by(want(CI)))
        assert bench.provider.started == started


async def test_all_who_doubt_it_at_the_same_moment_wait_for_its_replacement(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)

    async def ask_again() -> str:
        await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
        return (await bench.broker.token(want(CI), NOBODY)).access_token

    assert set(await asyncio.gather(*(ask_again() for _ in range(6)))) == {"access-2"}
    assert bench.provider.started == 2


async def test_all_who_doubt_it_wait_together_for_a_connection_that_was_not_there_a_moment_ago(bench: Bench) -> None:
    """A machine wakes up, and six kubectls are refused what was revoked overnight (simulation, seed 5021)."""
    first = await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = NOT_CONNECTED
    with pytest.raises(ProviderUnreachable):
        await bench.broker.fresh(want(CI), NOBODY, bench.broker.answer_by(want(CI)))
    bench.provider.failure = None

    async def ask_again() -> str:
        await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
        return (await bench.broker.token(want(CI), NOBODY)).access_token

    asking = [asyncio.create_task(ask_again()) for _ in range(6)]
    await bench.clock.armed(1)
    bench.clock.advance(policy.UNCONNECTED_MEMORY)
    assert set(await asyncio.gather(*asking)) == {"access-3"}
    assert bench.provider.started == 3


async def test_it_stays_while_the_provider_cannot_be_reached(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
    assert await bench.broker.token(want(CI), NOBODY) == first


async def test_a_replacement_that_did_not_come_does_not_count(bench: Bench) -> None:
    """Another kubectl within the minute is served, once there is a network (simulation, seed 30031)."""
    first = await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = NOT_CONNECTED
    await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
    bench.provider.failure = None
    bench.clock.advance(policy.FORCED_RENEWAL_INTERVAL - 1)
    await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-3"


async def test_when_the_sign_in_is_gone_too_the_person_is_told(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    first = await bench.broker.token(want(ME), NOBODY)
    bench.provider.failure = Failure("sign-in-needed", "the sign-in was revoked", "keyturn login me", state_dead=True)
    await bench.broker.doubt(want(ME), first.digest, bench.broker.answer_by(want(ME)))
    with pytest.raises(SignInNeeded, match="revoked"):
        await bench.broker.token(want(ME), NOBODY)
