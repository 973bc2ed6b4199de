"""keyturnd.broker.awx.orphans: what a server creates after its client died is gone within a minute of daemon's time.

Each round runs the real look (keyturnd.acquire.awx.ending.settling) against an AWX in memory.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from keyturn.configuration.config import Config
from keyturn.configuration.profiles.flows.awx import Password
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import SignInNeeded
from keyturnd.acquire.awx import personal
from keyturnd.acquire.awx.ending import settling
from keyturnd.acquire.failed import Failed
from keyturnd.messages.jobs import SettleJob
from keyturnd.messages.outcomes import Done
from keyturnd.messages.states import AwxState
from support.awx.in_memory import IDENTITY, NOW, PASSWORD, InMemoryAwx, InMemoryChannel, lost, session
from support.daemon.brokers import Bench, Person, want
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State

TOWER = AwxProfile(name="tower", url=IDENTITY.url, username=IDENTITY.username, flow=Password())


class Looks:
    """Runs each job where it is, against `awx`."""

    def __init__(self, awx: InMemoryAwx) -> None:
        self.awx = awx
        self.jobs: list[Job] = []
        self.running: set[int] = set()

    async def run(self, job: Job, listener: Listener) -> Outcome:
        self.jobs.append(job)
        assert isinstance(job, SettleJob)
        channel = InMemoryChannel(job.state)
        try:
            settling.look(session(self.awx, channel), job.secret)
        except Failed as failed:
            return failed.failure
        finally:
            for state in channel.seals:
                await listener.on_seal(state)
        return Done()


class Daemon:
    """A daemon that holds the token of profile `tower`, and whose last request for one was never answered."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = Bench(directory, ManualClock(wall=NOW))
        self.bench.config = Config(profiles={"tower": TOWER}, source=directory / "config.toml")
        monkeypatch.setattr("time.time", self.bench.clock.wall)
        self.awx, channel = InMemoryAwx(), InMemoryChannel(typed=(PASSWORD,))
        personal.typed(session(self.awx, channel))
        assert channel.durable is not None
        self.state = replace(channel.durable, asked_at=NOW)
        self.looks = Looks(self.awx)
        self.bench.fetcher.acquisitions = self.looks

    async def rounds(self, count: int, state: AwxState | None = None) -> None:
        if state is not None:
            await self.bench.holdings.keep_state(TOWER, state)
        rounds = asyncio.create_task(self.bench.broker.keep_fresh())
        for _ in range(count):
            await self.bench.clock.armed()
            self.bench.clock.advance(30.5)
            await self.bench.clock.armed()
            await asyncio.gather(*self.bench.broker.orphans.of("tower"))
        rounds.cancel()
        await asyncio.wait([rounds])

    async def durable(self) -> AwxState:
        return cast("AwxState", await self.bench.holdings.state(TOWER))

    def create_late(self) -> None:
        """The server carries out what it was asked for."""
        self.awx._create({"scope": "write", "description": self.state.mark})


@pytest.fixture(name="daemon")
def a_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    return Daemon(tmp_path, monkeypatch)


@pytest.mark.parametrize("rounds_before", [0, 1, 20])
async def test_it_is_gone_within_a_minute_whenever_it_comes(daemon: Daemon, rounds_before: int) -> None:
    await daemon.rounds(rounds_before, daemon.state)
    daemon.create_late()
    assert len(daemon.awx.rows) == 2
    await daemon.rounds(1)
    assert [row.token for row in daemon.awx.rows.values()] == [daemon.state.token]
    assert (await daemon.durable()).token == daemon.state.token


async def test_a_first_token_that_the_password_can_delete(daemon: Daemon) -> None:
    """Killed before there was any: the description is in the sealed intent, the password in the vault."""
    await daemon.bench.holdings.keep_secret(TOWER, PASSWORD)
    daemon.awx.rows.clear()
    await daemon.rounds(2, AwxState("alice", intent=daemon.state.mark, asked_at=NOW))
    daemon.create_late()
    await daemon.rounds(1)
    assert daemon.awx.rows == {}


async def test_after_a_quarter_of_an_hour_it_is_looked_for_no_more(daemon: Daemon) -> None:
    await daemon.rounds(40, daemon.state)
    assert (await daemon.durable()).asked_at == 0
    looks = len(daemon.looks.jobs)
    assert 29 <= looks <= 32
    await daemon.rounds(10)
    assert len(daemon.looks.jobs) == looks


async def test_where_no_answer_is_missing_nobody_asks(daemon: Daemon) -> None:
    await daemon.rounds(3, replace(daemon.state, asked_at=0.0))
    assert daemon.looks.jobs == []


async def test_a_daemon_that_idles_reads_no_state(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice a minute it would wake the disk. What is asked for after that is looked for all the same."""
    await daemon.rounds(2, replace(daemon.state, asked_at=0.0))
    read: list[str] = []
    state = daemon.bench.holdings.state

    def counted(profile: Profile) -> Coroutine[Any, Any, State | None]:
        read.append(profile.name)
        return state(profile)

    monkeypatch.setattr(daemon.bench.holdings, "state", counted)
    await daemon.rounds(5)
    assert read == []
    await daemon.rounds(1, daemon.state)
    assert len(daemon.looks.jobs) == 1


async def test_a_server_that_stays_away_is_asked_less_and_less(daemon: Daemon) -> None:
    def away(_: str) -> None:
        raise lost()

    daemon.awx.before = away
    await daemon.rounds(30, daemon.state)
    looks = len(daemon.looks.jobs)
    await daemon.rounds(30)
    assert len(daemon.looks.jobs) - looks <= 5
    assert (await daemon.durable()).asked_at == NOW
    daemon.awx.before = lambda _: None
    daemon.create_late()
    await daemon.rounds(11)
    assert len(daemon.awx.rows) == 1


async def test_a_server_that_comes_back_is_asked_within_a_minute(daemon: Daemon) -> None:
    """However often it was away: for as long as it may still carry something out."""

    def away(_: str) -> None:
        raise lost()

    daemon.awx.before = away
    await daemon.rounds(20, daemon.state)
    daemon.awx.before = lambda _: None
    daemon.create_late()
    await daemon.rounds(2)
    assert len(daemon.awx.rows) == 1


async def test_what_is_made_for_others_keeps_nobody_from_looking(daemon: Daemon) -> None:
    """It may be refused, or take a password that nobody has entrusted."""

    async def refused(_: AwxProfile) -> None:
        raise SignInNeeded("nobody is signed in")

    daemon.bench.broker.orphans.also = refused
    daemon.create_late()
    await daemon.rounds(1, daemon.state)
    assert len(daemon.awx.rows) == 1


async def test_what_is_made_for_others_is_looked_for_without_a_sign_in_too(daemon: Daemon) -> None:
    """By the password alone, once the vault is open."""
    looked: list[str] = []

    async def also(profile: AwxProfile) -> None:
        looked.append(profile.name)

    daemon.bench.broker.orphans.also = also
    daemon.bench.holdings._directory = Path("/nonexistent")  # where no state's record is
    await daemon.bench.holdings.keep_secret(TOWER, PASSWORD)
    await daemon.rounds(1)
    assert looked == ["tower"]


async def test_a_password_that_the_server_refuses_is_sent_once(daemon: Daemon) -> None:
    """Every half minute it would lock the account of whoever has a directory behind the server."""
    await daemon.bench.holdings.keep_secret(TOWER, "stale")
    daemon.awx.rows.clear()
    daemon.awx.credentials.clear()
    await daemon.rounds(10, daemon.state)
    assert sum(header.startswith("Basic ") for header in daemon.awx.credentials) == 1


async def test_with_nothing_to_ask_by_it_ends(daemon: Daemon) -> None:
    daemon.awx.rows.clear()
    await daemon.rounds(60, AwxState("alice", intent=daemon.state.mark, asked_at=NOW))
    assert await daemon.durable() == AwxState("alice", intent=daemon.state.mark)
    assert daemon.awx.requests[3:] == []


async def test_who_signs_in_ends_the_look_and_is_left_alone(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of theirs, created and not sealed yet, has the description that is looked for: it would be deleted."""
    broker, never = daemon.bench.broker, asyncio.Event()
    monkeypatch.setattr(daemon.looks, "run", lambda *_: never.wait())
    await daemon.bench.holdings.keep_state(TOWER, daemon.state)
    broker.orphans.look()
    (looking,) = broker.orphans.of("tower")
    signing_in = asyncio.create_task(broker.login(want(TOWER, ("write",)), Person(), again=True))
    while "tower" not in broker.sign_ins.under_way:
        await asyncio.wait([looking], timeout=0)
    broker.orphans.look()
    assert (looking.cancelled(), broker.orphans.of("tower")) == (True, [])
    signing_in.cancel()
    await asyncio.wait([signing_in])


async def test_a_logout_ends_the_look(daemon: Daemon) -> None:
    await daemon.bench.holdings.keep_state(TOWER, daemon.state)
    daemon.bench.broker.orphans.look()
    (looking,) = daemon.bench.broker.orphans.of("tower")
    await daemon.bench.broker.logout("tower")
    assert looking.done()
    assert await daemon.bench.holdings.state(TOWER) is None
