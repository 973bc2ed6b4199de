"""Who gets which token, on a real vault with hand-turned clocks."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import KeyturnError, ProviderRefused, ProviderUnreachable, Refused, SignInNeeded
from keyturnd.broker import policy
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState
from keyturnd.vault import changing
from keyturnd.vault.tokens import Token
from support.daemon.askers import CI, NOBODY
from support.daemon.brokers import NOT_CONNECTED, OTHER_SCOPES, Bench, Person, service_profile, want

if TYPE_CHECKING:
    from pathlib import Path


REFUSED = Failure("provider-refused", "AADSTS7000215: invalid client secret", "keyturn secret set ci")


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


async def test_a_twin_repeats_what_its_helper_was_told(bench: Bench) -> None:
    """It comes at once, to say it to a person: without a network each command would take twice as long."""
    bench.provider.failure = NOT_CONNECTED
    for waiter in (NOBODY, Person(told=True)):
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(want(CI), waiter)
    assert bench.provider.started == 1


async def test_whoever_was_told_is_told_once_more_where_others_have_another_try(bench: Bench) -> None:
    """A kubectl asks five times for one command, and a twin may take a second to start."""
    bench.provider.failure = NOT_CONNECTED
    for waiter, passed, started in (
        (NOBODY, 0.0, 1), (Person(told=True), 3.0, 1), (NOBODY, 0.0, 2), (Person(told=True), 5.1, 3),
    ):  # fmt: skip
        bench.clock.advance(passed)
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(want(CI), waiter)
        assert bench.provider.started == started


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


@pytest.mark.parametrize("failure", [REFUSED, Failure("provider-unreachable", "no answer")])
async def test_a_new_secret_clears_the_remembered_failure(bench: Bench, failure: Failure) -> None:
    """And that of its server: a person who has mended the way to it is not told the last failure again."""
    bench.provider.failure = failure
    with pytest.raises(KeyturnError):
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


async def test_a_final_refusal_is_not_papered_over_with_an_old_token(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = REFUSED
    bench.clock.advance(bench.provider.life - 200)
    with pytest.raises(ProviderRefused):
        await bench.broker.token(want(CI), NOBODY)


async def test_a_wall_clock_set_back_does_not_prolong_a_life(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life)
    bench.clock.set_wall(bench.clock.wall() - bench.provider.life)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"


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
    await bench.broker.logout("tower")  # another one, which asks no server and is done first
    with pytest.raises(Refused, match="being logged out"):
        await bench.broker.token(want(tower, ("write",)), NOBODY)
    bench.provider.release()
    await leaving
    assert bench.provider.started == 1
    assert [name.profile for name in bench.vault.names()] == ["ci"]


async def test_nor_for_whoever_waited_for_the_network_as_it_began(bench: Bench) -> None:
    """A token created now would be in no record of what the logout deletes."""
    tower = AwxProfile(name="tower", url="https://awx.example", username="alice")
    await bench.holdings.keep_state(tower, AwxState("alice", "token-1", 1))
    bench.provider.failure = NOT_CONNECTED
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(tower, ("write",)), NOBODY)
    bench.provider.failure = None
    waiting = asyncio.create_task(bench.broker.token(want(tower, ("write",)), NOBODY))
    await bench.clock.armed()
    bench.provider.hold()
    leaving = asyncio.create_task(bench.broker.logout("tower", tower))
    await bench.provider.arrived.wait()
    bench.clock.advance(policy.UNCONNECTED_MEMORY)
    bench.provider.release()
    with pytest.raises(Refused, match="being logged out"):
        await waiting
    await leaving
    assert bench.provider.started == len(["without a network", "the deletion"])


async def test_a_logout_that_waits_for_the_disk_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.broker.token(want(CI), NOBODY)
    answers, delete = threading.Event(), bench.vault.delete_profile
    monkeypatch.setattr(bench.vault, "delete_profile", lambda *which: answers.wait(30) and delete(*which))
    monkeypatch.setattr(changing, "PATIENCE", 0.0)
    with pytest.raises(changing.Late) as late:
        await bench.broker.logout("ci")
    with pytest.raises(Refused, match="being logged out"):
        await bench.broker.token(want(CI), NOBODY)
    answers.set()
    assert await late.value.change == len(["the secret", "the token"])
    with pytest.raises(SignInNeeded):
        await bench.broker.token(want(CI), NOBODY)


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
