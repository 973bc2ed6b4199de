"""One sign-in per profile, however many wait."""

from __future__ import annotations

import asyncio

import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ProviderRefused, Refused, SignInNeeded
from keyturnd import identities
from keyturnd.fetching.keeper import Keeper, Nobody
from keyturnd.messages.identities import Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState, EntraState
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, service_profile, want
from support.daemon.sign_ins import ME, ask, begun, bench

__all__ = ["bench"]


async def test_two_terminals_see_one_code_and_one_approval_serves_both(bench: Bench) -> None:
    bench.provider.hold()
    first, second = Person(), Person()
    asked = [ask(bench, first), ask(bench, second)]
    await begun(bench, 2)
    bench.provider.release()
    assert {token.access_token for token in await asyncio.gather(*asked)} == {"access-1"}
    assert first.seen == second.seen
    assert [event["code"] for event in first.seen] == ["CODE1"]
    assert bench.provider.started == 1


async def test_one_sign_in_serves_waiters_for_different_audiences(bench: Bench) -> None:
    bench.provider.hold()
    asked = [ask(bench, Person()), ask(bench, Person(), OTHER_SCOPES)]
    await begun(bench, 2)
    bench.provider.release()
    await asyncio.gather(*asked)
    assert [job.interactive for job in bench.provider.jobs] == [True, False]


async def test_leaving_does_not_end_it_for_the_others(bench: Bench) -> None:
    bench.provider.hold()
    leaving, staying = ask(bench, Person()), ask(bench, Person())
    await begun(bench, 2)
    leaving.cancel()
    await asyncio.wait([leaving])
    bench.provider.release()
    assert (await staying).access_token == "access-1"


async def test_it_ends_when_the_last_one_leaves(bench: Bench) -> None:
    bench.provider.hold()
    asked = [ask(bench, Person()), ask(bench, Person())]
    await begun(bench, 2)
    sign_in = bench.broker.sign_ins.under_way["me"].task
    for task in asked:
        task.cancel()
    await asyncio.wait([*asked, sign_in])
    assert bench.provider.killed == 1
    assert await bench.holdings.state(ME) is None


async def test_who_comes_while_it_is_ending_begins_another(bench: Bench) -> None:
    bench.provider.hold()
    bench.provider.may_die.clear()  # a killed process takes its time to be gone
    leaving = ask(bench, Person())
    await begun(bench, 1)
    leaving.cancel()
    await asyncio.wait([leaving])
    bench.provider.release()
    assert (await ask(bench, Person())).access_token == "access-2"
    bench.provider.may_die.set()


async def test_who_joins_late_sees_what_was_shown(bench: Bench) -> None:
    bench.provider.hold()
    early, late = Person(), Person()
    first = ask(bench, early)
    await begun(bench, 1)
    second = ask(bench, late)
    await begun(bench, 2)
    bench.provider.release()
    await asyncio.gather(first, second)
    assert late.seen == early.seen != []


async def test_nobody_to_ask_is_told_at_once(bench: Bench) -> None:
    with pytest.raises(SignInNeeded) as caught:
        await bench.broker.token(want(ME), Person(waits=False))
    assert caught.value.hint == "keyturn login me"
    assert bench.provider.started == 0


async def test_a_client_secret_profile_never_opens_a_sign_in(bench: Bench) -> None:
    with pytest.raises(SignInNeeded) as caught:
        await bench.broker.token(want(service_profile()), Person())
    assert caught.value.hint == "keyturn secret set ci"
    assert bench.provider.started == 0


async def test_a_refused_sign_in_tells_everybody(bench: Bench) -> None:
    bench.provider.failure = Failure("provider-refused", "AADSTS70016: declined", "keyturn login me")
    bench.provider.hold()
    asked = [ask(bench, Person()), ask(bench, Person())]
    await begun(bench, 2)
    bench.provider.release()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(outcome, ProviderRefused) for outcome in outcomes)
    assert bench.provider.started == 1


async def test_the_wrong_account_is_refused_and_not_kept(bench: Bench) -> None:
    for_alice = personal_profile(account="Alice@contoso.example")
    bench.provider.account = "bob@contoso.example"
    with pytest.raises(Refused, match=r"bob@contoso\.example signed in"):
        await bench.broker.token(want(for_alice), Person())
    assert await bench.holdings.state(for_alice) is None
    bench.provider.account = "alice@contoso.example"
    await bench.broker.token(want(for_alice), Person())


async def test_login_again_replaces_a_working_sign_in(bench: Bench) -> None:
    await bench.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    await bench.broker.login(want(ME), Person(), again=False)
    await bench.broker.login(want(ME), Person(), again=True)
    assert [job.interactive for job in bench.provider.jobs] == [False, True]


async def test_login_again_without_a_person_is_refused_at_once(bench: Bench) -> None:
    with pytest.raises(SignInNeeded):
        await bench.broker.login(want(ME), Person(waits=False), again=True)
    assert bench.provider.started == 0


async def test_login_without_a_person_asks_the_provider_even_if_a_token_is_there(bench: Bench) -> None:
    service = service_profile()
    await bench.entrust(service)
    await bench.broker.token(want(service), Person(waits=False))
    bench.provider.failure = Failure("provider-refused", "AADSTS7000215: wrong secret", "keyturn secret set ci")
    with pytest.raises(ProviderRefused):
        await bench.broker.login(want(service), Person(waits=False), again=False)


async def test_an_awx_sign_in_beside_another_ends_before_it_creates_a_token(bench: Bench) -> None:
    tower = AwxProfile(name="tower", url="https://awx.example", username="alice")
    job = TokenJob(identities.identity_of(tower), ("write",), Network(), 30.0, interactive=True)
    keeper = Keeper(bench.holdings, tower, job, Nobody())
    await bench.holdings.keep_state(tower, AwxState("alice", intent="keyturn tower@elsewhere 1"))
    with pytest.raises(Refused, match="elsewhere"):
        await keeper.on_seal(AwxState("alice", intent="keyturn tower@here 2"))
    assert await bench.holdings.state(tower) == AwxState("alice", intent="keyturn tower@elsewhere 1")


async def test_a_changed_profile_ends_the_sign_in_that_began_before(bench: Bench) -> None:
    bench.provider.hold()
    before = ask(bench, Person())
    await begun(bench, 1)
    changed = personal_profile(audiences=("https://graph.microsoft.com",))
    after = asyncio.create_task(bench.broker.token(want(changed), Person()))
    with pytest.raises(Refused):
        await before
    bench.provider.release()
    await after
    assert bench.provider.killed == 1


async def test_logging_out_ends_the_sign_in_for_those_who_wait(bench: Bench) -> None:
    bench.provider.hold()
    waiting = ask(bench, Person())
    await begun(bench, 1)
    await bench.broker.logout("me")
    with pytest.raises(Refused):
        await waiting
