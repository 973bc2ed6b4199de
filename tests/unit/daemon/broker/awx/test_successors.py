"""A token of an AWX ends with the seal of its successor: whatever becomes of the rest, it is given to nobody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.flows.awx import Password
from keyturn.configuration.profiles.profile import AwxProfile
from keyturnd.messages.identities import AwxIdentity
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import AwxState
from support.daemon.askers import NOBODY, UNREACHABLE
from support.daemon.brokers import Bench, want

if TYPE_CHECKING:
    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job

PROFILE = AwxProfile(name="tower", url="https://awx.example", username="alice", flow=Password())
TOWER = want(PROFILE, ("write",), "run")
LIFE = 3600.0


class Server:
    """Creates a numbered token each time, and has the answer to the clean-up behind it `lost`."""

    def __init__(self, bench: Bench) -> None:
        self.running: set[int] = set()
        self.created = 0
        self.lost = False
        self._wall = bench.clock.wall

    async def run(self, job: Job, listener: Listener) -> Result | Failure:
        assert isinstance(job, TokenJob)
        assert isinstance(job.identity, AwxIdentity)
        self.created += 1
        token = f"token-{self.created}"
        await listener.on_seal(AwxState("alice", token, self.created, requested=job.identity.requested))
        return UNREACHABLE if self.lost else Result(token, self._wall() + LIFE, self._wall(), account="alice")


@pytest.fixture
async def server(bench: Bench) -> Server:
    await bench.holdings.keep_secret(PROFILE, "planted-awx-password")
    bench.fetcher.acquisitions = made = Server(bench)
    await bench.broker.token(TOWER, NOBODY)
    return made


async def test_the_one_before_is_not_given_where_the_successor_has_not_come(bench: Bench, server: Server) -> None:
    bench.clock.advance(0.75 * LIFE)
    server.lost = True
    await bench.broker.token(TOWER, NOBODY)
    await asyncio.wait(bench.broker.flights.values())
    server.lost = False
    bench.clock.advance(10)
    assert (await bench.broker.token(TOWER, NOBODY)).access_token == "token-3"
