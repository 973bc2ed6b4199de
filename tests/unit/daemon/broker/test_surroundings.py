"""Tokens got with the variables of a caller's job: for that job alone, in memory alone, by a caller alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.flows.applications import WorkloadIdentity
from keyturn.errors import ConfigError, ProviderRefused, ProviderUnreachable, Refused, VariablesWanted
from keyturnd.broker import policy
from keyturnd.fetching.wants import with_surroundings
from keyturnd.messages.outcomes import Failure
from keyturnd.vault.names import token_name
from support.daemon.brokers import SCOPES, Bench, Person, service_profile, want

if TYPE_CHECKING:
    from keyturnd.fetching.wants import Want

CI = service_profile(flow=WorkloadIdentity())
NAMES = WorkloadIdentity().variables
NOBODY = Person(waits=False)


def of_job(job: str) -> Want:
    return with_surroundings(want(CI), lambda name: f"planted {name} of {job}")


def test_every_name_has_to_be_sent_if_only_as_unset() -> None:
    with pytest.raises(VariablesWanted) as caught:
        with_surroundings(want(CI), dict.fromkeys(NAMES[1:], "x").get)
    assert caught.value.names == NAMES
    assert with_surroundings(want(CI), dict.fromkeys(NAMES, "").get).surroundings is not None
    file = service_profile(flow=WorkloadIdentity(Federation("/t")))
    assert with_surroundings(want(file), lambda _: None) == want(file)


def test_a_value_that_no_acquisition_could_be_told() -> None:
    told = dict.fromkeys(NAMES, "x") | {NAMES[1]: "planted \udcff"}
    with pytest.raises(ConfigError, match=rf"{NAMES[1]} is not UTF-8$"):
        with_surroundings(want(CI), told.get)


async def test_each_job_has_its_own(bench: Bench) -> None:
    tokens = [(await bench.broker.token(of_job(job), NOBODY)).access_token for job in "abab"]
    assert (tokens[0], tokens[1]) == (tokens[2], tokens[3])
    assert len(set(tokens)) == 2
    assert bench.provider.started == 2
    assert [job.variables for job in bench.provider.jobs] == [
        {name: f"planted {name} of {job}" for name in NAMES} for job in "ab"
    ]


async def test_nothing_of_it_is_kept(bench: Bench) -> None:
    await bench.broker.token(of_job("a"), NOBODY)
    kept = [name for name in bench.vault.names() if name.kind == "access-token"]
    assert kept == []
    assert "planted" not in repr(bench.broker.memory.held)
    (held,) = bench.broker.memory.held.values()
    assert held.want.surroundings is not None
    assert held.want.surroundings.variables == {}
    assert bench.broker.at_hand(of_job("a")) is None  # its answers would be remembered with the request's bytes
    await bench.broker.memory.drop(of_job("a").key)
    assert bench.broker.memory.held == {}


async def test_no_renewal_without_a_caller(bench: Bench) -> None:
    await bench.broker.token(of_job("a"), NOBODY)
    bench.clock.advance(3000)
    assert bench.broker.memory.due_for_renewal() == []
    await bench.broker.token(of_job("a"), NOBODY)
    assert bench.provider.started == 1
    bench.clock.advance(400)
    await bench.broker.token(of_job("a"), NOBODY)
    assert bench.provider.started == 2


async def test_the_tokens_of_jobs_long_gone_are_forgotten(bench: Bench) -> None:
    for job in "abc":
        await bench.broker.token(of_job(job), NOBODY)
    bench.clock.advance(3601)
    await bench.broker.token(of_job("d"), NOBODY)
    bench.broker.memory.lapse()
    assert list(bench.broker.memory.held) == [of_job("d").key]


async def test_what_jobs_were_refused_is_forgotten(bench: Bench) -> None:
    bench.provider.failure = Failure("provider-refused", "no")
    for job in "ab":
        with pytest.raises(ProviderRefused):
            await bench.broker.token(of_job(job), NOBODY)
    bench.failures.lapse()
    assert bench.failures.recent(of_job("b")) is not None
    bench.clock.advance(10)
    bench.failures.lapse()
    assert not bench.failures._failures
    assert not bench.broker._flights._exclusions


async def test_that_the_tokens_of_jobs_were_refused_is_forgotten_with_them(bench: Bench) -> None:
    """A machine sees thousands of jobs, and nobody asks for theirs again."""
    for job in "abc":
        for _ in range(2):
            token = await bench.broker.token(of_job(job), NOBODY)
            with suppress(Refused):
                await bench.broker.reject(of_job(job), token.digest)
    bench.clock.advance(3601)
    bench.broker.memory.lapse()
    token = await bench.broker.token(of_job("d"), NOBODY)
    for _ in range(2):
        with suppress(Refused):
            await bench.broker.reject(of_job("d"), token.digest)
            token = await bench.broker.token(of_job("d"), NOBODY)
    rejections = bench.broker.rejections
    assert {*rejections._forced, *rejections._kept, *rejections._replaced} == {of_job("d").key}


async def test_a_fetch_that_was_too_slow_for_a_job_is_told_for_a_moment_only(bench: Bench) -> None:
    bench.failures.remember_overdue(of_job("a"), ProviderUnreachable("too long"))
    bench.failures.lapse()
    assert bench.failures.recall(of_job("a")) is not None
    bench.clock.advance(policy.FAILURE_MEMORY)
    assert bench.failures.recall(of_job("a")) is None
    bench.failures.lapse()
    assert not bench.failures._overdue


async def test_a_place_that_only_one_job_is_led_to_holds_no_other_back(bench: Bench) -> None:
    """Whom a job has to ask is told by its variables. Else it is the provider that all jobs share."""
    bench.provider.failure = Failure("provider-unreachable", "nobody listens there", beside=True)
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(of_job("a"), NOBODY)
    assert bench.failures.recent(of_job("a")) is not None
    assert bench.failures.recent(of_job("b")) is None
    bench.provider.failure = Failure("provider-unreachable", "too many jobs", retry_after=3600.0, beside=True)
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(of_job("c"), NOBODY)
    assert bench.failures.recent(of_job("b")) is None
    bench.provider.failure = Failure("provider-unreachable", "no answer in time")
    with pytest.raises(ProviderUnreachable):
        await bench.broker.token(of_job("b"), NOBODY)
    assert bench.failures.recent(of_job("d")) is not None


def test_a_name_without_surroundings_is_what_it_was() -> None:
    assert b"surroundings" not in token_name(CI, SCOPES).canonical()
    assert of_job("a").key.in_memory_alone
    assert not want(CI).key.in_memory_alone
