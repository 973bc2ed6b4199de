"""Tokens that a claims challenge asks for, and those of profiles that declare that they handle one (CAE)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from msgspec.structs import replace

from keyturn.errors import ProviderRefused, Refused, SignInNeeded
from keyturnd.broker.policy import LONGEST_FLIGHT
from keyturnd.fetching.fetch import SILENT_DEADLINE
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.outcomes import Failure
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, service_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturnd.fetching.wants import Want

ME, CI = personal_profile(), service_profile()
CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
PLAIN = want(ME, protocol="token")
CHALLENGED = replace(PLAIN, claims=CLAIMS)
NOBODY = Person(waits=False)


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    """Where somebody is signed in."""
    made = Bench(tmp_path / "vault")
    await made.broker.token(PLAIN, Person())
    return made


async def text(bench: Bench, wanted: Want, waiter: Person = NOBODY) -> str:
    return (await bench.broker.token(wanted, waiter)).access_token


async def test_claims_reach_the_provider_and_their_token_takes_the_place_of_the_one_without(bench: Bench) -> None:
    assert await text(bench, CHALLENGED) == "access-2"
    assert bench.provider.jobs[-1].claims == CLAIMS
    assert await text(bench, CHALLENGED) == await text(bench, PLAIN) == "access-2"
    assert bench.provider.started == 2


async def test_both_survive_a_restart(bench: Bench, tmp_path: Path) -> None:
    await text(bench, CHALLENGED)
    after = Bench(tmp_path / "vault", bench.clock)
    assert await text(after, CHALLENGED) == await text(after, PLAIN) == "access-2"
    assert after.provider.started == 0


async def test_what_was_granted_once_survives_a_restart(bench: Bench, tmp_path: Path) -> None:
    refused = await bench.broker.token(PLAIN, NOBODY)
    await bench.broker.replace(PLAIN, {refused.digest}, CLAIMS, bench.broker.answer_by(PLAIN))
    after = Bench(tmp_path / "vault", bench.clock)
    revoked = await after.broker.token(PLAIN, NOBODY)
    await after.broker.replace(PLAIN, {revoked.digest}, None, after.broker.answer_by(PLAIN))
    assert [job.claims for job in after.provider.jobs] == [CLAIMS]


async def test_what_was_granted_once_and_lapsed_is_gone_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    for claims, refused_claims in ((CLAIMS, None), (None, CLAIMS)):
        bench.provider.refused_claims = refused_claims
        refused = await bench.broker.token(PLAIN, NOBODY)
        bench.clock.advance(60)
        await bench.broker.replace(PLAIN, {refused.digest}, claims, bench.broker.answer_by(PLAIN))
    assert [job.claims for job in bench.provider.jobs] == [None, CLAIMS, CLAIMS, None]
    after = Bench(tmp_path / "vault", bench.clock)
    revoked = await after.broker.token(PLAIN, NOBODY)
    await after.broker.replace(PLAIN, {revoked.digest}, None, after.broker.answer_by(PLAIN))
    assert [job.claims for job in after.provider.jobs] == [None]


@pytest.mark.parametrize(("code", "kept"), [("invalid_client", CLAIMS), ("invalid_request", None)])
async def test_whoever_is_refused_himself_is_asked_for_the_same_claims_afterwards(
    code: str, kept: str | None, bench: Bench
) -> None:
    """A secret that has ended is replaced, and the server wants of the next token what it wanted before."""
    refused = await bench.broker.token(PLAIN, NOBODY)
    await bench.broker.replace(PLAIN, {refused.digest}, CLAIMS, bench.broker.answer_by(PLAIN))
    bench.provider.failure = Failure("provider-refused", "no", code=code)
    with pytest.raises(ProviderRefused):
        await bench.broker.fresh(PLAIN, NOBODY, bench.broker.answer_by(PLAIN))
    bench.provider.failure = None
    bench.clock.advance(60)
    await bench.broker.fresh(PLAIN, NOBODY, bench.broker.answer_by(PLAIN))
    assert [job.claims for job in bench.provider.jobs[-2:]] == [CLAIMS, kept]


async def test_a_second_try_has_what_is_left_of_the_fetchs_time(bench: Bench) -> None:
    refused = await bench.broker.token(PLAIN, NOBODY)
    bench.clock.advance(60)
    await bench.broker.replace(PLAIN, {refused.digest}, CLAIMS, bench.broker.answer_by(PLAIN))
    bench.provider.refused_claims = CLAIMS
    bench.provider.hold()
    flight = bench.broker._flights.begin(PLAIN)
    await bench.provider.arrived.wait()
    bench.clock.advance(40)
    bench.provider.release()
    await flight
    assert [job.deadline for job in bench.provider.jobs[-2:]] == [SILENT_DEADLINE, LONGEST_FLIGHT - 40]


async def test_who_asks_for_other_claims_gets_another_token(bench: Bench) -> None:
    other = replace(PLAIN, claims=CLAIMS.replace("c1", "c2"))
    assert [await text(bench, each) for each in (CHALLENGED, other, CHALLENGED)] == [
        "access-2",
        "access-3",
        "access-2",
    ]
    assert [job.claims for job in bench.provider.jobs] == [None, CLAIMS, other.claims]


async def test_nobody_joins_a_fetch_with_other_claims(bench: Bench) -> None:
    bench.provider.hold()
    fetches = [
        asyncio.ensure_future(text(bench, replace(PLAIN, claims=claims))) for claims in (CLAIMS, '{"id_token":{}}')
    ]
    await bench.provider.arrived.wait()
    bench.provider.release()
    assert await asyncio.gather(*fetches) == ["access-2", "access-3"]


async def test_a_person_is_asked_for_them_where_nobody_else_can_meet_them(bench: Bench) -> None:
    bench.provider.failure = Failure("sign-in-needed", "AADSTS50076: use another factor")
    with pytest.raises(SignInNeeded):
        await text(bench, CHALLENGED)
    assert bench.fetcher.refused.first(ME) == CHALLENGED
    bench.provider.failure = None
    await bench.broker.login(CHALLENGED, Person(), again=False)
    job = bench.provider.jobs[-1]
    assert (job.interactive, job.claims) == (True, CLAIMS)
    assert bench.fetcher.refused.first(ME) is None
    assert await text(bench, PLAIN) == await text(bench, CHALLENGED) == "access-3"


async def test_a_sign_in_that_met_too_little_is_made_once_more_at_once(bench: Bench) -> None:
    """Whoever ran the command is there; the next one would be refused the same way."""
    person = Person()
    bench.provider.demanded_claims = CLAIMS
    await bench.broker.login(PLAIN, person, again=True)
    assert [job.claims for job in bench.provider.jobs[1:]] == [None, CLAIMS]
    assert [event["event"] for event in person.seen] == ["device-code", "progress", "device-code"]
    assert await text(bench, PLAIN) == "access-3"


async def test_it_is_not_made_for_ever(bench: Bench) -> None:
    """A provider that never has enough would open one tab after the other."""
    bench.provider.failure = Failure("sign-in-needed", "AADSTS50076: use another factor", claims=CLAIMS)
    with pytest.raises(SignInNeeded):
        await bench.broker.login(PLAIN, Person(), again=True)
    assert [job.claims for job in bench.provider.jobs[1:]] == [None, CLAIMS]


async def test_what_was_granted_is_asked_for_beside_what_a_server_wants_now(bench: Bench) -> None:
    """After a revocation a server challenges for a later token alone, and then once more for the rest."""
    later = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    for claims in (CLAIMS, later):
        refused = await bench.broker.token(PLAIN, NOBODY)
        bench.clock.advance(60)
        await bench.broker.replace(PLAIN, {refused.digest}, claims, bench.broker.answer_by(PLAIN))
    asked = json.loads(bench.provider.jobs[-1].claims or "")
    assert asked == {"access_token": dict.fromkeys(("acrs", "nbf"), mock.ANY)}


async def refused(bench: Bench, claims: str | None) -> None:
    """A server refuses the token of PLAIN, as a git tells it that asks a second time."""
    held = await bench.broker.token(PLAIN, NOBODY)
    await bench.broker.replace(PLAIN, {held.digest}, claims, bench.broker.answer_by(PLAIN))


async def test_claims_that_are_news_need_not_wait_a_minute(bench: Bench) -> None:
    """A token was revoked, and its replacement lacks what the server has begun to want meanwhile."""
    await refused(bench, None)
    await refused(bench, CLAIMS)
    assert [job.claims for job in bench.provider.jobs] == [None, None, CLAIMS]


async def test_claims_that_are_known_do(bench: Bench) -> None:
    await refused(bench, CLAIMS)
    with pytest.raises(Refused, match="just been renewed"):
        await refused(bench, CLAIMS)


async def test_a_server_with_ever_new_claims_gets_two_tokens_a_minute(bench: Bench) -> None:
    later = '{{"access_token":{{"nbf":{{"essential":true,"value":"{}"}}}}}}'
    for second in (1, 2):
        await refused(bench, later.format(second))
    with pytest.raises(Refused, match="just been renewed"):
        await refused(bench, later.format(3))
    assert bench.provider.started == 3


async def test_what_is_erased_for_claims_that_are_news_is_replaced_at_once(bench: Bench) -> None:
    for claims, number in ((None, 2), (CLAIMS, 3)):
        held = await bench.broker.token(PLAIN, NOBODY)
        assert await bench.broker.reject(PLAIN, held.digest, claims)
        assert await text(bench, PLAIN) == f"access-{number}"


async def test_a_dead_sign_in_says_nothing_of_what_was_granted(bench: Bench) -> None:
    """The sign-in that follows would meet too little, and the server refuse its token."""
    refused = await bench.broker.token(PLAIN, NOBODY)
    await bench.broker.replace(PLAIN, {refused.digest}, CLAIMS, bench.broker.answer_by(PLAIN))
    bench.clock.advance(3600)
    bench.provider.failure = Failure("sign-in-needed", "AADSTS50173: revoked", state_dead=True)
    with pytest.raises(SignInNeeded):
        await text(bench, PLAIN)
    bench.provider.failure = None
    bench.failures.clear("me")
    await bench.broker.token(PLAIN, Person())
    assert [job.claims for job in bench.provider.jobs] == [None, CLAIMS, CLAIMS, CLAIMS]


@pytest.mark.parametrize("profile", [ME, CI], ids=["person", "application"])
async def test_cae_is_declared_where_a_challenge_can_come_back(bench: Bench, profile: EntraProfile) -> None:
    capable = replace(profile, cae=True)
    await bench.entrust(CI)
    for protocol in ("git", "token", "run", "kube", "docker"):
        await text(bench, want(capable, OTHER_SCOPES, protocol), Person())
    declared = [job.identity.cae for job in bench.provider.jobs[1:] if isinstance(job.identity, EntraIdentity)]
    assert declared == [True, False], "one token for those who can be challenged, another for those who cannot"


async def test_who_declares_it_no_longer_gets_no_such_token(bench: Bench) -> None:
    capable = replace(ME, cae=True)
    assert await text(bench, want(capable)) == "access-2"
    assert await text(bench, want(ME)) == "access-1"
