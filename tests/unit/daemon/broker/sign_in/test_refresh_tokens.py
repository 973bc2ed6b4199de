"""A refresh token is used by one fetch at a time, sealed before it counts, and gone once it is refused."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.errors import SignInNeeded
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from support.daemon.askers import NOBODY
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, want

ME = personal_profile()


async def test_the_refresh_token_is_rotated_and_sealed(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    await bench.broker.token(want(ME), NOBODY)
    await bench.broker.token(want(ME, OTHER_SCOPES), NOBODY)
    assert refresh_tokens_sent(bench) == ["refresh-0", "refresh-1"]
    assert await bench.holdings.state(ME) == EntraState("refresh-2", "alice@contoso.example")


async def test_fetches_with_one_refresh_token_exclude_each_other(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    bench.provider.hold()
    wanted = [want(ME, OTHER_SCOPES), want(ME, ("api://other/.default",))]
    both = [asyncio.create_task(bench.broker.token(each, NOBODY)) for each in wanted]
    await bench.provider.arrived.wait()
    assert len(bench.provider.running) == 1
    bench.provider.release()
    await asyncio.gather(*both)
    assert refresh_tokens_sent(bench) == ["refresh-0", "refresh-1"]


async def test_a_dead_refresh_token_is_forgotten(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0"))
    bench.provider.failure = Failure("sign-in-needed", "AADSTS700082: expired", "keyturn login me", state_dead=True)
    with pytest.raises(SignInNeeded, match="AADSTS700082"):
        await bench.broker.token(want(ME), NOBODY)
    assert await bench.holdings.state(ME) is None
    bench.clock.advance(6)
    with pytest.raises(SignInNeeded, match=r"^nobody is signed in for profile me: AADSTS700082: expired$"):
        await bench.broker.token(want(ME), NOBODY)
    bench.provider.failure = None
    await bench.broker.token(want(ME), Person())
    await bench.broker.logout("me")
    with pytest.raises(SignInNeeded, match=r"^nobody is signed in for profile me$"):
        await bench.broker.token(want(ME), NOBODY)


async def test_a_late_refusal_leaves_a_newer_sign_in_alone(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0"))
    bench.provider.failure = Failure("sign-in-needed", "AADSTS700082: expired", "keyturn login me", state_dead=True)
    bench.provider.hold()
    late = asyncio.create_task(bench.broker.token(want(ME), NOBODY))
    await bench.provider.arrived.wait()
    await bench.holdings.keep_state(ME, EntraState("brought by a sign-in"))
    bench.provider.release()
    with pytest.raises(SignInNeeded):
        await late
    assert await bench.holdings.state(ME) == EntraState("brought by a sign-in")


async def test_a_slow_refresh_does_not_overwrite_a_newer_sign_in(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    bench.provider.hold()
    slow = asyncio.create_task(bench.broker.token(want(ME), NOBODY))
    await bench.provider.arrived.wait()
    await bench.holdings.keep_state(ME, EntraState("brought by a sign-in", "alice@contoso.example", generation="2"))
    bench.provider.release()
    await slow
    assert refresh_tokens_sent(bench) == ["refresh-0", "brought by a sign-in"]
    assert await bench.holdings.state(ME) == EntraState("refresh-2", "alice@contoso.example", generation="2")


async def test_a_changed_account_gets_nothing_of_the_former_one(bench: Bench) -> None:
    alice, bob = personal_profile(account="alice@contoso.example"), personal_profile(account="bob@contoso.example")
    await bench.holdings.keep_state(alice, EntraState("refresh-0", "alice@contoso.example"))
    await bench.broker.token(want(alice), NOBODY)
    bench.broker.forget("me")
    with pytest.raises(SignInNeeded):
        await bench.broker.token(want(bob), NOBODY)
    assert refresh_tokens_sent(bench) == ["refresh-0"]


def refresh_tokens_sent(bench: Bench) -> list[str]:
    """What the provider was shown, in order."""
    states = [job.state for job in bench.provider.jobs]
    return [state.refresh_token for state in states if isinstance(state, EntraState)]
