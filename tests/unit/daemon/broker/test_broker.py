"""Who gets which token, on a real vault with hand-turned clocks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ProviderRefused, ProviderUnreachable, Refused, SignInNeeded
from keyturnd.broker import policy
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState, EntraState
from keyturnd.vault import tokens
from keyturnd.vault.tokens import Token
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, service_profile, want
from support.daemon.manual_clock import SOME_WALL_TIME

if TYPE_CHECKING:
    from pathlib import Path

UNREACHABLE = Failure("provider-unreachable", "cannot connect", "try again later")
NOT_CONNECTED = Failure("provider-unreachable", "cannot connect", "try again later", code="not-connected")
REFUSED = Failure("provider-refused", "AADSTS7000215: invalid client secret", "keyturn secret set ci")
CI = service_profile()
ME = personal_profile()
NOBODY = Person(waits=False)


async def test_a_hundred_callers_share_one_fetch(bench: Bench) -> None:
    bench.provider.hold()
    callers = [asyncio.create_task(bench.broker.token(want(CI), NOBODY)) for _ in range(100)]
    await bench.provider.arrived.wait()
    bench.provider.release()
    assert {token.access_token for token in await asyncio.gather(*callers)} == {"access-1"}
    assert bench.provider.started == 1


async def test_a_hundred_callers_share_one_failure(bench: Bench) -> None:
    bench.provider.failure = REFUSED
    callers = [bench.broker.token(want(CI), NOBODY) for _ in range(100)]
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(outcome, ProviderRefused) for outcome in outcomes)
    assert bench.provider.started == 1


async def test_a_failure_is_repeated_for_five_seconds_only(bench: Bench) -> None:
    bench.provider.failure = REFUSED
    for passed, started in ((0.0, 1), (4.9, 1), (0.2, 2)):
        bench.clock.advance(passed)
        with pytest.raises(ProviderRefused):
            await bench.broker.token(want(CI), NOBODY)
        assert bench.provider.started == started


async def test_whoever_comes_after_no_connection_is_answered_by_a_new_try(bench: Bench) -> None:
    """A laptop that wakes has its network a second later: no command of then is to fail for the one before."""
    bench.provider.failure = NOT_CONNECTED
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = None
    callers = [asyncio.create_task(bench.broker.token(want(CI), NOBODY)) for _ in range(100)]
    await bench.clock.armed(100)
    assert bench.provider.started == 1
    bench.clock.advance(policy.UNCONNECTED_MEMORY)
    assert {token.access_token for token in await asyncio.gather(*callers)} == {"access-2"}


async def test_without_a_network_it_is_looked_for_once_a_second_however_many_ask(bench: Bench) -> None:
    bench.provider.failure = NOT_CONNECTED
    for started in (1, 2, 3):
        callers = [asyncio.create_task(bench.broker.token(want(CI), NOBODY)) for _ in range(100)]
        if started > 1:
            await bench.clock.armed(100)
            bench.clock.advance(policy.UNCONNECTED_MEMORY)
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {ProviderUnreachable}
        assert bench.provider.started == started


async def test_nobody_waits_longer_than_he_can_for_a_connection(bench: Bench) -> None:
    bench.provider.failure = NOT_CONNECTED
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(CI), NOBODY)
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(CI), NOBODY, bench.clock.boottime())
    assert bench.provider.started == 1


async def test_a_new_secret_clears_the_remembered_failure(bench: Bench) -> None:
    bench.provider.failure = REFUSED
    with pytest.raises(ProviderRefused):
        await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = None
    bench.broker.failures.clear("ci")
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"


async def test_retry_after_holds_everybody_back_for_as_long_as_it_says(bench: Bench) -> None:
    bench.provider.failure = Failure("provider-unreachable", "throttled", retry_after=60.0)
    for passed, started in ((0.0, 1), (59.0, 1), (1.5, 2)):
        bench.clock.advance(passed)
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(want(CI), NOBODY)
        assert bench.provider.started == started


async def test_a_token_survives_a_restart(bench: Bench, tmp_path: Path) -> None:
    before = await bench.broker.token(want(CI), NOBODY)
    reborn = Bench(tmp_path / "vault", bench.clock)
    assert await reborn.broker.token(want(CI), NOBODY) == before
    assert reborn.provider.started == 0


async def test_another_authority_never_gets_what_the_first_one_issued(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    moved = service_profile(authority="https://login.evil.example/contoso.example")
    with pytest.raises(SignInNeeded):  # not even the entrusted secret is found under the new name
        await bench.broker.token(want(moved), NOBODY)
    assert bench.provider.started == 1


@pytest.mark.parametrize(("protocol", "left"), [("git", 300.0), ("kube", 600.0), ("docker", 900.0)])
async def test_a_token_too_short_for_the_protocol_is_replaced(bench: Bench, protocol: str, left: float) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life - left + 1)
    assert (await bench.broker.token(want(CI, protocol=protocol), NOBODY)).access_token == "access-2"


async def test_an_outage_leaves_the_old_token_in_use_while_it_lives(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = UNREACHABLE
    bench.clock.advance(bench.provider.life - 61)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-1"
    bench.clock.advance(2)
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(CI), NOBODY)


async def test_a_final_refusal_is_not_papered_over_with_an_old_token(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = REFUSED
    bench.clock.advance(bench.provider.life - 200)
    with pytest.raises(ProviderRefused):
        await bench.broker.token(want(CI), NOBODY)


async def test_past_its_renewal_point_a_token_is_given_and_renewed_behind(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life * 0.75)
    bench.provider.hold()
    given = [await bench.broker.token(want(CI), NOBODY) for _ in range(3)]
    assert {token.access_token for token in given} == {"access-1"}
    (flight,) = bench.broker.flights.values()
    bench.provider.release()
    await flight
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"
    assert bench.provider.started == 2


async def test_a_token_that_served_is_renewed_by_itself_and_one_that_did_not_lapses(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    for _ in range(2 * int(bench.provider.life / 30)):
        await bench.clock.armed()
        bench.clock.advance(30.5)
        await asyncio.gather(*bench.broker.flights.values())
    renewing.cancel()
    assert bench.provider.started == 2  # once ahead of time; the renewed one served nobody and is left to lapse


async def test_who_only_checks_keeps_no_token_fresh(bench: Bench) -> None:
    await bench.broker.token(want(CI, protocol="check"), NOBODY)
    bench.clock.advance(bench.provider.life * 0.75)
    assert (await bench.broker.token(want(CI, protocol="check"), NOBODY)).access_token == "access-1"
    assert not bench.broker.flights
    assert not bench.broker.memory.due_for_renewal()


async def test_expired_tokens_are_swept_out_of_the_vault(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    sweeping = asyncio.create_task(bench.broker.keep_fresh())
    bench.broker.memory.held.clear()  # as for a target that the configuration no longer has
    while len(list(bench.vault.names())) > 1:
        await bench.clock.armed()
        assert bench.clock.wall() < SOME_WALL_TIME + 2 * bench.provider.life + 60, "never swept"
        bench.clock.advance(30.5)
    sweeping.cancel()
    assert [name.kind for name in bench.vault.names()] == ["secret"]


async def test_renewing_behind_backs_off_while_the_provider_is_down(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = UNREACHABLE
    bench.clock.advance(bench.provider.life * 0.75)
    for _ in range(100):
        await bench.broker.token(want(CI), NOBODY)
        await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)
        bench.clock.advance(1)
    assert 3 <= bench.provider.started <= 8  # 5 s, doubling: not once per request


async def test_a_wall_clock_set_back_does_not_prolong_a_life(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life)
    bench.clock.set_wall(bench.clock.wall() - bench.provider.life)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"


async def test_a_rejected_token_is_replaced_once_a_minute(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    assert await bench.broker.reject(want(CI), first.digest)
    second = await bench.broker.token(want(CI), NOBODY)
    assert second.access_token == "access-2"
    with pytest.raises(Refused, match="just been renewed"):
        await bench.broker.reject(want(CI), second.digest)
    assert await bench.broker.token(want(CI), NOBODY) == second
    bench.clock.advance(60)
    await bench.broker.reject(want(CI), second.digest)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-3"


async def test_a_rejected_token_does_not_come_back_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    await bench.broker.reject(want(CI), first.digest)
    reborn = Bench(tmp_path / "vault", bench.clock)
    await reborn.broker.token(want(CI), NOBODY)
    assert reborn.provider.started == 1


async def test_somebody_elses_rejected_password_changes_nothing(bench: Bench) -> None:
    first = await bench.broker.token(want(CI), NOBODY)
    assert not await bench.broker.reject(want(CI), tokens.digest("a personal access token"))
    assert await bench.broker.token(want(CI), NOBODY) == first


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


async def test_logging_out_ends_what_is_under_way_and_leaves_nothing(bench: Bench) -> None:
    await bench.broker.token(want(CI, OTHER_SCOPES), NOBODY)
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(CI), NOBODY))
    await bench.provider.arrived.wait()
    assert await bench.broker.logout("ci") == 2  # the secret and the first token
    with pytest.raises(Refused):
        await waiting
    assert bench.provider.killed == 1
    assert list(bench.vault.names()) == []
    assert not bench.broker.memory.held


async def test_nothing_begins_for_a_profile_that_is_being_logged_out(bench: Bench) -> None:
    tower = AwxProfile(name="tower", url="https://awx.example", username="alice")
    await bench.holdings.keep_state(tower, AwxState("alice", "token-1", 1))
    bench.provider.hold()
    leaving = asyncio.create_task(bench.broker.logout("tower", tower))
    await bench.provider.arrived.wait()  # the server is being asked to delete the token
    with pytest.raises(Refused, match="being logged out"):
        await bench.broker.token(want(tower, ("write",)), NOBODY)
    bench.provider.release()
    await leaving
    assert bench.provider.started == 1
    assert [name.profile for name in bench.vault.names()] == ["ci"]


async def test_a_changed_account_gets_nothing_of_the_former_one(bench: Bench) -> None:
    alice, bob = personal_profile(account="alice@contoso.example"), personal_profile(account="bob@contoso.example")
    await bench.holdings.keep_state(alice, EntraState("refresh-0", "alice@contoso.example"))
    await bench.broker.token(want(alice), NOBODY)
    bench.broker.forget("me")
    with pytest.raises(SignInNeeded):
        await bench.broker.token(want(bob), NOBODY)
    assert refresh_tokens_sent(bench) == ["refresh-0"]


async def test_an_awx_token_that_was_replaced_or_asked_for_otherwise_is_not_given(bench: Bench) -> None:
    writing = AwxProfile(name="tower", url="https://awx.example", username="alice")
    reading = msgspec.structs.replace(writing, scope="read")
    token = Token("token-1", bench.clock.wall(), bench.clock.wall() + 3600, account="alice")
    await bench.holdings.keep_token(want(writing, ("write",)).key, token)
    await bench.holdings.keep_state(writing, AwxState("alice", "token-1", 1, requested="write -"))
    assert await bench.holdings.token(want(writing, ("write",)).key, writing) == token
    assert await bench.holdings.token(want(reading, ("write",)).key, reading) is None
    await bench.holdings.keep_state(writing, AwxState("alice", "token-2", 2, requested="write -"))
    assert await bench.holdings.token(want(writing, ("write",)).key, writing) is None


def refresh_tokens_sent(bench: Bench) -> list[str]:
    """What the provider was shown, in order."""
    states = [job.state for job in bench.provider.jobs]
    return [state.refresh_token for state in states if isinstance(state, EntraState)]
