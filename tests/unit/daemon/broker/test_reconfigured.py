"""What a new configuration makes the broker forget of what failed, and what it leaves as it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.settings import NetworkSettings
from keyturn.errors import KeyturnError, ProviderRefused
from keyturnd.fetching.permission import NoLongerAllowed, check_allowed
from keyturnd.fetching.wants import Want
from keyturnd.messages.outcomes import Failure
from keyturnd.vault.tokens import Token
from support.daemon.brokers import OTHER_SCOPES, SCOPES, Bench, Person, personal_profile, service_profile, want

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile

REFUSED = Failure("provider-refused", "AADSTS7000215: invalid client secret", "keyturn secret set ci")
SILENT = Failure("provider-unreachable", "cannot connect", "try again later")
STEP_UP = Failure("sign-in-needed", "AADSTS50076: use another factor", "keyturn login me")
CI = service_profile(scopes=(*SCOPES, *OTHER_SCOPES))
ME = personal_profile(scopes=(*SCOPES, *OTHER_SCOPES))
TOWER = AwxProfile(name="tower", url="https://awx.example", username="alice")
NOBODY = Person(waits=False)


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """The same, with a configuration that has both profiles, as the daemon has read it."""
    configure(bench, CI, ME)
    return bench


def configure(bench: Bench, *profiles: Profile, network: NetworkSettings | None = None) -> None:
    """Another configuration is read."""
    told = {"profiles": {profile.name: profile for profile in profiles}, "network": network or NetworkSettings()}
    bench.config = msgspec.structs.replace(bench.config, **told)
    bench.broker.reconfigured(bench.config)


async def fail(bench: Bench, failure: Failure) -> None:
    bench.provider.failure = failure
    with pytest.raises(KeyturnError):
        await bench.broker.token(want(CI), NOBODY)


@pytest.mark.parametrize("failure", [REFUSED, SILENT])
async def test_what_it_does_not_concern_stays(bench: Bench, failure: Failure) -> None:
    await fail(bench, failure)
    configure(bench, CI, ME)
    configure(bench, CI)
    assert bench.failures.last_of(CI) is not None


async def test_the_changed_profile_begins_anew(bench: Bench) -> None:
    await fail(bench, REFUSED)
    other = msgspec.structs.replace(CI, application_id="99999999-2222-3333-4444-555555555555")
    configure(bench, other, ME)
    assert bench.failures.last_of(other) is None


async def test_what_nothing_leads_to_any_more_is_no_failure(bench: Bench) -> None:
    await fail(bench, REFUSED)
    less = msgspec.structs.replace(CI, scopes=OTHER_SCOPES)
    configure(bench, less, ME)
    assert bench.failures.last_of(less) is None


async def test_another_way_into_the_network_may_cure_everything(bench: Bench) -> None:
    await fail(bench, SILENT)
    configure(bench, CI, ME, network=NetworkSettings(proxy="http://proxy.example:8080"))
    assert bench.failures.last_of(CI) is None
    bench.provider.failure = None
    assert (await bench.broker.token(want(CI), NOBODY)).access_token == "access-2"


async def test_a_failure_of_seconds_ago_is_not_asked_for_again_because_somebody_saved_the_file(bench: Bench) -> None:
    await fail(bench, REFUSED)
    configure(bench, CI, ME)
    with pytest.raises(ProviderRefused):
        await bench.broker.token(want(CI), NOBODY)
    assert bench.provider.started == 1


async def test_a_login_still_is_for_the_audience_that_was_refused(bench: Bench) -> None:
    await bench.broker.token(want(ME), Person())
    bench.provider.failure = STEP_UP
    with pytest.raises(KeyturnError):
        await bench.broker.token(want(ME, OTHER_SCOPES), NOBODY)
    configure(bench, CI, ME)
    assert bench.fetcher.refused.first(ME) == want(ME, OTHER_SCOPES)
    other = msgspec.structs.replace(ME, account="bob@contoso.example")
    configure(bench, CI, other)
    configure(bench, CI, ME)
    assert bench.fetcher.refused.first(ME) is None


@pytest.mark.parametrize(
    ("changed", "stays"),
    [
        ({"audiences": ("https://graph.microsoft.com",)}, True),
        ({"scopes": SCOPES}, True),
        ({"protocols": frozenset({"git"})}, True),
        ({"protocols": frozenset({"kube"})}, False),
        ({"scopes": OTHER_SCOPES}, False),
        ({"ca_file": "/ca.pem"}, False),
        ({"account": "bob@contoso.example"}, False),
    ],
)
async def test_a_token_that_a_change_has_no_bearing_on_stays_in_memory(
    changed: dict[str, Any], bench: Bench, *, stays: bool
) -> None:
    """Otherwise `keyturn status` told of no token until somebody asked for one, and nothing was renewed meanwhile."""
    wanted = want(CI)
    await bench.broker.token(wanted, NOBODY)
    held = bench.broker.memory.held[wanted.key]
    held.answers[b"asked"] = b"answered"
    now = msgspec.structs.replace(CI, **changed)
    configure(bench, now, ME)
    found = bench.broker.memory.held.get(wanted.key)
    assert (found is not None) is stays
    if found is not None:
        assert (found.want.profile, found.token, found.used_by) == (now, held.token, "git")
        assert found.answers == {}
        await bench.broker.token(want(now), NOBODY)
        assert bench.provider.started == 1


@pytest.mark.parametrize(
    ("changed", "stays"),
    [
        ({"galaxy": ("published",)}, True),
        ({"protocols": frozenset({"run"})}, True),
        ({"protocols": frozenset({"token"})}, False),
        ({"scope": "read"}, False),
        ({"max_age": 3600.0}, False),
        ({"username": "bob"}, False),
    ],
)
async def test_so_does_the_token_of_an_awx(changed: dict[str, Any], bench: Bench, *, stays: bool) -> None:
    wanted = Want(TOWER, (TOWER.scope,), "run")
    configure(bench, TOWER)
    held = bench.broker.memory.hold(wanted, Token("secret", bench.clock.wall(), bench.clock.wall() + 3600))
    now = msgspec.structs.replace(TOWER, **changed)
    configure(bench, now)
    found = bench.broker.memory.held.get(wanted.key)
    assert (found is not None) is stays
    assert found is None or (found.want.profile, found.token) == (now, held.token)


async def test_a_fetch_that_a_change_has_no_bearing_on_goes_on(bench: Bench) -> None:
    """A push failed where `keyturn profile edit` added an audience while its token was fetched."""
    bench.check = check_allowed
    bench.provider.hold()
    asked = asyncio.create_task(bench.broker.token(want(CI), NOBODY))
    await bench.provider.arrived.wait()
    now = msgspec.structs.replace(CI, audiences=("https://graph.microsoft.com",))
    configure(bench, now, ME)
    bench.provider.release()
    token = await asked
    assert await bench.broker.token(want(now), NOBODY) == token
    assert bench.provider.started == 1


@pytest.mark.parametrize(
    "changed", [{"protocols": frozenset({"kube"})}, {"scopes": OTHER_SCOPES}, {"ca_file": "/ca.pem"}]
)
async def test_a_fetch_that_is_no_longer_allowed_brings_nothing(changed: dict[str, Any], bench: Bench) -> None:
    bench.check = check_allowed
    bench.provider.hold()
    asked = asyncio.create_task(bench.broker.token(want(CI), NOBODY))
    await bench.provider.arrived.wait()
    configure(bench, msgspec.structs.replace(CI, **changed), ME)
    bench.provider.release()
    with pytest.raises(NoLongerAllowed):
        await asked
    assert want(CI).key not in bench.broker.memory.held
