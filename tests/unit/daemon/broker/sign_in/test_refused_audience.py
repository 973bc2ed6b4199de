"""An audience that a sign-in was refused for: the others go on, and a login is one for it, with its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import ProviderRefused, ProviderUnreachable, SignInNeeded
from keyturnd.messages.outcomes import Failure
from support.daemon.brokers import OTHER_SCOPES, Bench, Person, personal_profile, want

if TYPE_CHECKING:
    from pathlib import Path

ME = personal_profile()
CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
STEP_UP = Failure("sign-in-needed", "AADSTS50076: use another factor", "keyturn login me", claims=CLAIMS)
DEAD = Failure("sign-in-needed", "AADSTS700082: expired", "keyturn login me", state_dead=True)
OTHER = want(ME, OTHER_SCOPES)
NOBODY = Person(waits=False)


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    """Where somebody signed in, and another audience than the first was refused."""
    made = Bench(tmp_path / "vault")
    await made.broker.token(want(ME), Person())
    made.provider.failure = STEP_UP
    with pytest.raises(SignInNeeded):
        await made.broker.token(OTHER, NOBODY)
    made.provider.failure = None
    return made


async def test_the_other_audiences_go_on(bench: Bench) -> None:
    assert (await bench.broker.token(want(ME), NOBODY)).access_token == "access-1"
    assert await bench.holdings.state(ME) is not None


async def test_a_login_is_for_what_was_refused_and_asks_for_its_claims(bench: Bench) -> None:
    refused = bench.fetcher.refused.first(ME)
    assert refused == OTHER
    await bench.broker.login(refused, Person(), again=False)
    job = bench.provider.jobs[-1]
    assert (job.interactive, job.scopes, job.claims) == (True, OTHER_SCOPES, CLAIMS)
    assert bench.fetcher.refused.first(ME) is None
    assert (await bench.broker.token(OTHER, NOBODY)).access_token == "access-3"


async def test_what_a_sign_in_met_is_asked_for_at_each_renewal(bench: Bench) -> None:
    """A token without it would take the place of the good one, and the server refuse it."""
    await bench.broker.login(OTHER, Person(), again=False)
    bench.clock.advance(3600)
    await bench.broker.token(OTHER, NOBODY)
    job = bench.provider.jobs[-1]
    assert (job.interactive, job.claims) == (False, CLAIMS)


async def test_nobody_is_told_that_all_is_well(bench: Bench) -> None:
    with pytest.raises(SignInNeeded, match="takes a terminal"):
        await bench.broker.login(OTHER, NOBODY, again=False)


@pytest.mark.parametrize(("failure", "error"), [
    (Failure("provider-refused", "AADSTS50105: not assigned"), ProviderRefused),
    (Failure("sign-in-needed", "AADSTS50076: use another factor"), SignInNeeded),
])  # fmt: skip
async def test_what_a_person_tried_in_vain_is_not_tried_for_ever(
    bench: Bench, failure: Failure, error: type[Exception]
) -> None:
    bench.provider.failure = failure
    with pytest.raises(error):
        await bench.broker.login(OTHER, Person(), again=False)
    assert bench.fetcher.refused.first(ME) is None


async def test_an_outage_during_the_sign_in_leaves_it_refused(bench: Bench) -> None:
    bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    with pytest.raises(ProviderUnreachable):
        await bench.broker.login(OTHER, Person(), again=False)
    assert bench.fetcher.refused.first(ME) == OTHER


async def test_a_grant_settles_it(bench: Bench) -> None:
    bench.failures.clear("me")
    await bench.broker.token(OTHER, NOBODY)
    assert bench.fetcher.refused.first(ME) is None


async def test_a_sign_in_for_something_else_opens_it_again(bench: Bench) -> None:
    await bench.broker.login(want(ME), Person(), again=True)
    assert bench.fetcher.refused.first(ME) is None


async def test_logging_out_forgets_it(bench: Bench) -> None:
    await bench.broker.logout("me")
    assert bench.fetcher.refused.first(ME) is None


async def test_a_changed_profile_was_refused_nothing(bench: Bench) -> None:
    assert bench.fetcher.refused.first(personal_profile(account="bob@contoso.example")) is None


async def test_a_dead_sign_in_may_be_made_for_anything(bench: Bench) -> None:
    bench.failures.clear("me")
    bench.provider.failure = DEAD
    with pytest.raises(SignInNeeded):
        await bench.broker.token(OTHER, NOBODY)
    assert bench.fetcher.refused.first(ME) is None


async def test_a_token_that_outlived_its_sign_in_proves_nothing(bench: Bench) -> None:
    """Else `keyturn login`, which the refusal advises, would end well and change nothing."""
    bench.failures.clear("me")
    bench.provider.failure = DEAD
    with pytest.raises(SignInNeeded):
        await bench.broker.token(OTHER, NOBODY)
    bench.provider.failure = None
    with pytest.raises(SignInNeeded, match="takes a terminal"):
        await bench.broker.login(want(ME), NOBODY, again=False)
    await bench.broker.login(want(ME), Person(), again=False)
    assert bench.provider.jobs[-1].interactive
