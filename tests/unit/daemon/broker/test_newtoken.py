"""Tokens that keyturn does not keep: what is asked for, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ProviderRefused, Refused, SignInNeeded
from keyturnd.broker import newtoken
from keyturnd.messages import AwxIdentity, Failure, Result, TokenJob
from support.daemon.brokers import Bench, Person

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.fetching.acquisition import Listener
    from keyturnd.messages import Job, Outcome

TOWER = AwxProfile(name="tower", url="https://awx.example", username="alice", max_age=60.0)
CREATED = 1_790_000_000.0


class OneAnswer:
    """An AWX that gives every job the same outcome."""

    def __init__(self, outcome: Result | Failure) -> None:
        self.outcome = outcome
        self.jobs: list[TokenJob] = []

    async def run(self, job: Job, listener: Listener) -> Outcome:  # noqa: ARG002 - part of the interface
        assert isinstance(job, TokenJob)
        self.jobs.append(job)
        return self.outcome


def created(**details: Any) -> Result:
    return Result("planted-token", CREATED + 3600, CREATED, ("write",), account="alice", details={"id": 7, **details})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "vault")


async def ask(bench: Bench, awx: OneAnswer, profile: AwxProfile = TOWER, secret: str | None = "x") -> dict[str, Any]:
    bench.fetcher.acquisitions = awx
    return await newtoken.new_awx_token(bench.fetcher, profile, secret, Person())


async def test_the_life_that_is_told_is_the_servers(bench: Bench) -> None:
    awx = OneAnswer(created(expires="3026-01-22T13:33:20Z"))
    assert (await ask(bench, awx))["expires_on"] == "2026-09-21T15:13:20Z"
    identity = awx.jobs[0].identity
    assert isinstance(identity, AwxIdentity)
    assert identity.max_age > 1000 * 366 * 86400


async def test_where_the_server_tells_none_nothing_is_made_up(bench: Bench) -> None:
    token = await ask(bench, OneAnswer(created()))
    assert (token["access_token"], token["id"]) == ("planted-token", 7)
    assert not {"expires_at", "expires_on"} & token.keys()


async def test_the_vaults_password_serves_where_none_is_given(bench: Bench) -> None:
    await bench.holdings.keep_secret(TOWER, "entrusted")
    awx = OneAnswer(created())
    await ask(bench, awx, secret=None)
    await ask(bench, awx, secret="typed")
    assert [job.secret for job in awx.jobs] == ["entrusted", "typed"]


async def test_a_token_of_another_user_is_not_told(bench: Bench) -> None:
    with pytest.raises(Refused, match="alice signed in, but profile tower is for carol"):
        await ask(bench, OneAnswer(created()), AwxProfile(name="tower", url=TOWER.url, username="carol"))


async def test_without_any_password_a_person_is_needed(bench: Bench) -> None:
    awx = OneAnswer(created())
    with pytest.raises(SignInNeeded, match="no password of alice at https://awx"):
        await ask(bench, awx, secret=None)
    assert not awx.jobs


@pytest.mark.parametrize(
    ("name", "hint"), [("tower", "keyturn secret set tower"), ("new-token", "keyturn awx new-token --help")]
)
async def test_no_hint_leads_to_a_profile_that_is_not_there(bench: Bench, name: str, hint: str) -> None:
    refused = OneAnswer(Failure("provider-refused", "it refused", f"keyturn secret set {name}"))
    profile = AwxProfile(name=name, url=TOWER.url, username="alice")
    with pytest.raises(ProviderRefused) as raised:
        await ask(bench, refused, profile)
    assert raised.value.hint == hint
