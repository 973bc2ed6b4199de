"""One deadline from a request to its answer, and what is shared by all who wait for the same server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturn.errors import (
    AcquisitionDied,
    ConfigUnreadable,
    KeyturnError,
    ProviderRefused,
    ProviderUnreachable,
    StateError,
)
from keyturnd.broker import policy
from keyturnd.fetching.wants import Want
from keyturnd.messages.identities import Registry
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import EntraState
from support.daemon.brokers import OTHER_SCOPES, SCOPES, Bench, Person, personal_profile, service_profile, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.config import Config

SILENT = Failure("provider-unreachable", "no answer within 11 seconds", "try again later")
BUSY = Failure("provider-unreachable", "throttled", retry_after=60.0)
REFUSED = Failure("provider-refused", "AADSTS7000222: the secret has expired", "keyturn secret set ci")
AUDIENCES = (SCOPES, OTHER_SCOPES, ("https://graph.microsoft.com/.default",))
CI = service_profile()
ME = personal_profile()
NOBODY = Person(waits=False)


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "vault")
    await made.entrust(CI)
    await made.holdings.keep_state(ME, EntraState("refresh-0", "alice@contoso.example"))
    return made


async def test_the_audiences_of_one_sign_in_share_the_silence_of_its_provider(bench: Bench) -> None:
    bench.provider.hold()
    bench.provider.failure = SILENT
    callers = [asyncio.create_task(bench.broker.token(want(ME, scopes), NOBODY)) for scopes in AUDIENCES]
    await bench.provider.arrived.wait()
    bench.provider.release()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ProviderUnreachable}
    assert bench.provider.started == 1


async def test_retry_after_is_kept_for_the_authority_not_for_the_audience(bench: Bench) -> None:
    bench.provider.failure = BUSY
    for passed, started in ((0.0, 1), (59.0, 1), (1.5, 2)):
        bench.clock.advance(passed)
        for profile, scopes in ((CI, SCOPES), (CI, OTHER_SCOPES), (ME, SCOPES)):
            with pytest.raises(ProviderUnreachable):
                await bench.broker.token(want(profile, scopes), NOBODY)
        assert bench.provider.started == started


async def test_what_the_authority_says_where_a_registry_is_asked_behind_it_is_kept_for_it_too(bench: Bench) -> None:
    registry = Want(CI, SCOPES, "docker", Registry("contoso.azurecr.io"))
    bench.provider.failure = BUSY
    for wanted in (registry, want(CI, OTHER_SCOPES), want(ME)):
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(wanted, NOBODY)
    assert bench.provider.started == 1


async def test_what_a_registry_says_is_kept_for_that_registry_alone(bench: Bench) -> None:
    busy, other = (Want(CI, SCOPES, "docker", Registry(f"{name}.azurecr.io")) for name in ("contoso", "fabrikam"))
    bench.provider.failure = replace(BUSY, beside=True)
    for _ in range(2):
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(busy, NOBODY)
    assert bench.provider.started == 1
    bench.provider.failure = None
    assert (await bench.broker.token(other, NOBODY)).access_token
    assert (await bench.broker.token(want(CI), NOBODY)).access_token
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(busy, NOBODY)


async def test_another_authority_is_asked_all_the_same(bench: Bench) -> None:
    elsewhere = service_profile(name="other", authority="https://login.example/fabrikam.example")
    await bench.entrust(elsewhere)
    bench.provider.failure = BUSY
    for profile in (CI, elsewhere):
        with pytest.raises(ProviderUnreachable):
            await bench.broker.token(want(profile), NOBODY)
    assert bench.provider.started == 2


async def test_a_refusal_concerns_nobody_else(bench: Bench) -> None:
    bench.provider.failure = REFUSED
    for scopes in AUDIENCES:
        with pytest.raises(ProviderRefused):
            await bench.broker.token(want(CI, scopes), NOBODY)
    assert bench.provider.started == len(AUDIENCES)


@pytest.mark.parametrize("protocol", ["git", "kube", "docker", "token"])
async def test_a_caller_is_answered_in_time_and_the_fetch_goes_on(bench: Bench, protocol: str) -> None:
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(CI, protocol=protocol), NOBODY))
    await bench.provider.arrived.wait()
    await bench.clock.armed()
    bench.clock.advance(policy.ANSWER_WITHIN[protocol])
    with pytest.raises(ProviderUnreachable, match="too long"):
        await waiting
    with pytest.raises(ProviderUnreachable, match="too long"):  # its twin learns why, at once
        await bench.broker.token(want(CI, protocol=protocol), NOBODY)
    flights = list(bench.broker.flights.values())
    bench.provider.release()
    await asyncio.gather(*flights)
    assert (await bench.broker.token(want(CI, protocol=protocol), NOBODY)).access_token == "access-1"
    assert bench.provider.killed == 0


async def test_waiting_for_ones_turn_is_part_of_a_fetchs_time(bench: Bench) -> None:
    bench.provider.hold()
    callers = [asyncio.create_task(bench.broker.token(want(ME, scopes), NOBODY)) for scopes in AUDIENCES[:2]]
    await bench.provider.arrived.wait()
    bench.clock.advance(30.0)
    await asyncio.gather(*callers, return_exceptions=True)
    flights = list(bench.broker.flights.values())
    bench.provider.release()
    await asyncio.gather(*flights)
    assert [job.deadline for job in bench.provider.jobs] == [43.0, policy.LONGEST_FLIGHT - 30.0]


async def test_an_old_token_is_given_when_its_successor_takes_too_long(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life - 200)
    bench.provider.hold()
    waiting = asyncio.create_task(bench.broker.token(want(CI), NOBODY))
    await bench.provider.arrived.wait()
    await bench.clock.armed()
    bench.clock.advance(policy.ANSWER_WITHIN["git"])
    assert (await waiting).access_token == "access-1"
    bench.provider.release()
    await asyncio.gather(*bench.broker.flights.values())


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ProviderUnreachable, SILENT),
        (AcquisitionDied, Failure("acquisition-died", "was killed")),
        (StateError, Failure("state", "no space")),
    ],
)
async def test_what_passes_by_itself_leaves_the_old_token_in_use_while_it_lives(
    error: type[KeyturnError], failure: Failure, bench: Bench
) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = failure
    bench.clock.advance(bench.provider.life - 61)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-1"
    bench.clock.advance(2)
    with pytest.raises(error):
        await bench.broker.token(want(CI), NOBODY)


async def test_without_a_network_the_old_token_is_given_at_once_until_the_next_try_is_due(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = SILENT
    bench.clock.advance(bench.provider.life - 280)
    for passed, started in ((0.0, 2), (8.0, 3), (6.0, 3), (20.0, 4), (6.0, 4)):
        bench.clock.advance(passed)
        assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-1"
        assert bench.provider.started == started
    bench.clock.advance(190)  # less than a minute is left
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(want(CI), NOBODY)
    assert bench.provider.started == 5


async def test_a_final_no_is_told_at_once_whatever_is_held(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = REFUSED
    bench.clock.advance(bench.provider.life - 280)
    for _ in range(2):
        with pytest.raises(ProviderRefused):
            await bench.broker.token(want(CI), NOBODY)
        bench.clock.advance(7)


async def test_where_nobody_can_read_what_is_allowed_the_old_token_is_not_given(bench: Bench) -> None:
    """The configuration may have been changed a moment ago, so that it leads there no more."""
    await bench.broker.token(want(CI), NOBODY)
    bench.clock.advance(bench.provider.life - 200)
    looks = iter((None, ConfigUnreadable("too many open files")))

    def check(_: Config, __: Want) -> None:
        if (error := next(looks)) is not None:
            raise error

    bench.check = check
    with pytest.raises(ConfigUnreadable):
        await bench.broker.token(want(CI), NOBODY)


async def rounds_of_renewal(bench: Bench, count: int) -> None:
    renewing = asyncio.create_task(bench.broker.keep_fresh())
    for _ in range(count):
        await bench.clock.armed()
        bench.clock.advance(30.5)
        await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)
    renewing.cancel()


async def test_nothing_renews_what_was_finally_refused_until_somebody_asks(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = REFUSED
    bench.clock.advance(bench.provider.life * 0.75)
    await rounds_of_renewal(bench, 6)
    assert bench.provider.started == 2
    await bench.broker.token(want(CI), NOBODY)
    await asyncio.gather(*bench.broker.flights.values(), return_exceptions=True)
    assert bench.provider.started == 3


async def test_a_new_secret_lets_renewal_begin_again(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = REFUSED
    bench.clock.advance(bench.provider.life * 0.75)
    await rounds_of_renewal(bench, 4)
    bench.provider.failure = None
    bench.broker.failures.clear("ci")
    await rounds_of_renewal(bench, 2)
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-3"


async def test_an_outage_is_tried_again_and_again(bench: Bench) -> None:
    await bench.broker.token(want(CI), NOBODY)
    bench.provider.failure = SILENT
    bench.clock.advance(bench.provider.life * 0.7)
    await rounds_of_renewal(bench, 12)
    assert bench.provider.started > 3
