"""Tokens that a server has refused while somebody waits for another."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.errors import ProviderUnreachable, Refused, SignInNeeded
from keyturnd.broker import policy
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from keyturnd.vault import tokens
from support.daemon.brokers import NOT_CONNECTED, Bench, Person, personal_profile, service_profile, want

CI = service_profile()
ME = personal_profile()
NOBODY = Person(waits=False)
CLAIMS = '{"access_token":{}}'


async def replaced(bench: Bench, *refused: str, claims: str | None = None) -> str:
    """The access token after these were refused."""
    digests = {tokens.digest(token) for token in refused}
    await bench.broker.replace(want(CI), digests, claims, bench.broker.answer_by(want(CI)))
    return (await bench.broker.token(want(CI), NOBODY)).access_token


async def test_the_current_one_is_replaced_with_the_claims_that_were_asked_for(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    assert await replaced(bench, "access-0", "access-1", claims=CLAIMS) == "access-2"
    assert [job.claims for job in bench.provider.jobs] == [None, CLAIMS]


async def test_claims_that_were_granted_are_asked_for_again(bench: Bench) -> None:
    """The server would challenge the next token, too, and git asks but once more, whatever it was refused for."""
    await bench.broker.token(want(CI), NOBODY)
    await replaced(bench, "access-1", claims=CLAIMS)
    bench.clock.advance(policy.FORCED_RENEWAL_INTERVAL)
    assert await replaced(bench, "access-2") == "access-3"
    assert bench.provider.jobs[-1].claims == CLAIMS


async def test_claims_that_were_granted_stand_in_nobodys_way(bench: Bench) -> None:
    """Not even where a person would have to meet them anew: the server may not ask for them any more."""
    await bench.broker.token(want(CI), NOBODY)
    await replaced(bench, "access-1", claims=CLAIMS)
    bench.clock.advance(policy.FORCED_RENEWAL_INTERVAL)
    bench.provider.refused_claims = CLAIMS
    assert await replaced(bench, "access-2") == "access-4"
    assert [job.claims for job in bench.provider.jobs] == [None, CLAIMS, CLAIMS, None]


async def test_all_who_were_refused_it_wait_together_for_a_connection_that_was_not_there_a_moment_ago(
    bench: Bench,
) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = NOT_CONNECTED
    with pytest.raises(ProviderUnreachable):
        await replaced(bench, "access-1")
    bench.provider.failure = None
    asking = [asyncio.create_task(replaced(bench, "access-1")) for _ in range(6)]
    await bench.clock.armed(1)
    bench.clock.advance(policy.UNCONNECTED_MEMORY)
    assert set(await asyncio.gather(*asking)) == {"access-3"}
    assert bench.provider.started == 3


async def test_twenty_who_were_refused_the_same_one_cost_one_replacement(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    assert set(await asyncio.gather(*(replaced(bench, "access-1") for _ in range(20)))) == {"access-2"}
    assert await replaced(bench, "access-1") == "access-2"
    assert bench.provider.started == 2


async def test_a_replacement_that_is_refused_within_the_minute_is_not_replaced(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    await replaced(bench, "access-1")
    with pytest.raises(Refused, match="just been renewed"):
        await replaced(bench, "access-2")
    bench.clock.advance(policy.FORCED_RENEWAL_INTERVAL)
    assert await replaced(bench, "access-2") == "access-3"


async def test_while_no_other_can_be_had_it_is_told_and_the_token_stays(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    with pytest.raises(ProviderUnreachable):
        await replaced(bench, "access-1")
    assert await bench.broker.token(want(CI), NOBODY) == first
    bench.provider.failure = None
    bench.clock.advance(policy.FAILURE_MEMORY)
    assert await replaced(bench, "access-1") == "access-3"  # the attempt that failed used up no minute


async def test_when_the_sign_in_is_gone_too_the_person_is_told(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    first = await bench.broker.token(want(ME), NOBODY)
    bench.provider.failure = Failure("sign-in-needed", "the sign-in was revoked", "keyturn login me", state_dead=True)
    await bench.broker.replace(want(ME), {first.digest}, None, bench.broker.answer_by(want(ME)))
    with pytest.raises(SignInNeeded, match="revoked"):
        await bench.broker.token(want(ME), NOBODY)
