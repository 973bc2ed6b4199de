"""Tokens that a server seems to have refused."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.errors import SignInNeeded
from keyturnd.broker import policy
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from keyturnd.vault import tokens
from support.daemon.brokers import Bench, Person, personal_profile, service_profile, want

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


async def test_it_stays_while_the_provider_cannot_be_reached(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    await bench.broker.doubt(want(CI), first.digest, bench.broker.answer_by(want(CI)))
    assert await bench.broker.token(want(CI), NOBODY) == first


async def test_when_the_sign_in_is_gone_too_the_person_is_told(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    first = await bench.broker.token(want(ME), NOBODY)
    bench.provider.failure = Failure("sign-in-needed", "the sign-in was revoked", "keyturn login me", state_dead=True)
    await bench.broker.doubt(want(ME), first.digest, bench.broker.answer_by(want(ME)))
    with pytest.raises(SignInNeeded, match="revoked"):
        await bench.broker.token(want(ME), NOBODY)
