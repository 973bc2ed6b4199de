"""keyturnd.broker.awx.tokens: a token for somebody else is sealed before it is told, and none is lost on the way."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from msgspec.structs import replace

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import AcquisitionDied, ProviderRefused, ProviderUnreachable, UsageError
from keyturnd.broker.awx.tokens import PATIENCE, Maker
from keyturnd.fetching.remote import Remote
from keyturnd.messages.jobs import AskJob
from keyturnd.messages.outcomes import Failure, Told
from keyturnd.vault.made import Made, MadeTokens
from support.daemon.brokers import Bench

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.vault.records import RecordName

TOWER = AwxProfile(name="tower", url="https://awx.example", username="alice", description="nightly")
OTHER = "https://other.example"
ROW = {"id": 7, "token": "planted", "scope": "read", "user": 2}


class Server:
    """Answers each question about tokens, and notes what was sealed when it was asked."""

    def __init__(self, made: MadeTokens) -> None:
        self.created: Told | Failure = Told(ROW)
        self.dropped: Told | Failure = Told(None)
        self.jobs: list[AskJob] = []
        self.sealed: list[list[str]] = []
        self._made = made

    async def run(self, job: Job, listener: Listener) -> Outcome:  # noqa: ARG002 - part of the interface
        assert isinstance(job, AskJob)
        self.jobs.append(job)
        self.sealed.append([made.description for made in await self._made.all() if not made.row])
        return self.created if job.question == "create" else self.dropped

    @property
    def asked(self) -> list[str]:
        return [job.question for job in self.jobs]


class Stage:
    def __init__(self, directory: Path) -> None:
        self.bench = Bench(directory)
        self.made = MadeTokens(self.bench.holdings.vault)
        self.server = Server(self.made)
        self.bench.fetcher.acquisitions = self.server
        self.maker = Maker(Remote(self.bench.fetcher), self.made, self.bench.clock)

    async def make(self, name: str | None = None) -> dict[str, Any]:
        return await self.maker.make(TOWER, "password", "read", name)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "vault")


async def test_it_is_kept_under_a_name_and_told_as_the_server_told_it(stage: Stage) -> None:
    told = await stage.make()
    assert told.items() >= {**ROW, "name": "awx-7", "server": "https://awx.example", "username": "alice"}.items()
    kept = await stage.made.find("awx-7")
    assert kept is not None
    assert kept.row["token"] == "planted"
    (job,) = stage.server.jobs
    assert job.parameters["description"].startswith("nightly keyturn new-token@")
    assert (job.parameters["scope"], job.secret) == ("read", "password")
    assert stage.server.sealed == [[job.parameters["description"]]]
    assert len(await stage.made.all()) == 1


@pytest.mark.parametrize("error", [ProviderUnreachable, AcquisitionDied])
async def test_one_whose_answer_is_lost_is_looked_for_until_it_cannot_come_any_more(
    stage: Stage, error: type[Exception]
) -> None:
    kind = error.kind  # type: ignore[attr-defined]
    stage.server.created = Failure(kind, "gone")
    with pytest.raises(error):
        await stage.make()
    (pending,) = await stage.made.all()
    stage.server.created = Told(ROW)
    await stage.make()
    assert stage.server.asked == ["create", "drop", "create"]
    assert stage.server.jobs[1].parameters == {"description": pending.description}
    stage.bench.clock.advance(PATIENCE + 1)
    await stage.make("second")
    await stage.make("third")
    assert stage.server.asked[3:] == ["drop", "create", "create"]


async def test_a_look_that_the_server_refuses_is_not_repeated_until_somebody_asks(stage: Stage) -> None:
    """The daemon looks every half minute: a password that is wrong by now would lock the account."""
    stage.server.created = Failure("provider-unreachable", "no answer")
    with pytest.raises(ProviderUnreachable):
        await stage.make()
    stage.server.dropped = Failure("provider-refused", "it does not take the password")
    with pytest.raises(ProviderRefused):
        await stage.maker.settle(TOWER)
    await stage.maker.settle(TOWER)
    assert stage.server.asked == ["create", "drop"]
    stage.server.created, stage.server.dropped = Told(ROW), Told(None)
    await stage.make()
    assert stage.server.asked == ["create", "drop", "drop", "create"]


async def test_what_the_server_refused_is_not_looked_for(stage: Stage) -> None:
    stage.server.created = Failure("provider-refused", "no")
    with pytest.raises(ProviderRefused):
        await stage.make()
    assert await stage.made.all() == []


@pytest.mark.parametrize("name", ["", "two words", "a\nb", "x" * 65])
async def test_a_name_is_one_word(stage: Stage, name: str) -> None:
    with pytest.raises(UsageError, match="one word"):
        await stage.make(name)
    assert stage.server.asked == []


async def test_no_other_tokens_name_is_taken(stage: Stage) -> None:
    await stage.make("ci")
    with pytest.raises(UsageError, match="another token"):
        await stage.make("ci")
    assert stage.server.asked == ["create"]


async def test_two_at_once_do_not_get_the_same_name(stage: Stage) -> None:
    """The first one's value would be lost, and the token live on for ever."""
    outcomes = await asyncio.gather(*(stage.make("ci") for _ in range(2)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {dict, UsageError}  # whoever's look at the vault is first
    assert stage.server.asked == ["create"]


async def test_tokens_of_two_servers_with_one_id_do_not_get_the_same_name_either(stage: Stage) -> None:
    makes = (stage.maker.make(place, "password", "read", None) for place in (TOWER, replace(TOWER, url=OTHER)))
    named = [told["name"] for told in await asyncio.gather(*makes)]
    assert sorted(named) == ["awx-7", "awx-7-2"] == sorted(made.name for made in await stage.made.all())


async def test_a_look_that_a_logout_ends_is_taken_by_the_next(stage: Stage) -> None:
    stage.server.created = Failure("acquisition-died", "killed")
    with pytest.raises(AcquisitionDied):
        await stage.make()
    looking = asyncio.create_task(stage.made.pending())
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking])
    assert looking.cancelled()
    assert len(await stage.made.pending()) == 1


async def test_a_look_while_one_is_being_kept_does_not_miss_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    put, begun, may_go_on = stage.bench.vault.put, threading.Event(), threading.Event()

    def slow(name: RecordName, payload: bytes) -> None:
        begun.set()
        assert may_go_on.wait(30)
        put(name, payload)

    monkeypatch.setattr(stage.bench.vault, "put", slow)
    stage.server.created = Failure("acquisition-died", "killed")
    making = asyncio.create_task(stage.make())
    await asyncio.to_thread(begun.wait, 30)
    assert await stage.made.pending() == []
    may_go_on.set()
    with pytest.raises(AcquisitionDied):
        await making
    assert len(await stage.made.pending()) == 1


async def test_what_is_kept_already_is_no_remains_of_a_killed_run(stage: Stage) -> None:
    """It was killed before it could say so. Deleted on the server, what is kept here would be a dead token."""
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(stage.made, "forget", killed_here)
        with pytest.raises(KeyboardInterrupt):
            await stage.make("ci")
    await stage.maker.settle(TOWER)
    assert stage.server.asked == ["create"]
    assert [made.name for made in await stage.made.all()] == ["ci"]


async def killed_here(_: str) -> NoReturn:
    raise KeyboardInterrupt


async def test_what_is_under_way_is_left_alone_by_another_look(stage: Stage) -> None:
    """A second caller, or the daemon's own look, must not delete what the first is about to be told of."""
    looks: list[list[str]] = []

    async def look_meanwhile(job: Job, listener: Listener) -> Outcome:
        if isinstance(job, AskJob) and job.question == "create":
            await stage.maker.settle(TOWER)
            looks.append(stage.server.asked)
        return await Server.run(stage.server, job, listener)

    stage.server.run = look_meanwhile  # type: ignore[method-assign]
    keep = stage.made.keep

    async def keep_meanwhile(made: Made) -> None:
        await stage.maker.settle(TOWER)
        await keep(made)

    stage.made.keep = keep_meanwhile  # type: ignore[method-assign]
    await stage.make()
    assert looks == [[]]
    await stage.maker.settle(TOWER)
    assert stage.server.asked == ["create"]
