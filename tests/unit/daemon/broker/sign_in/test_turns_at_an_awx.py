"""A person's sign-in and a silent fetch of the same profile of an AWX: neither creates a token beside the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ProviderRefused
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState
from support.daemon.brokers import Bench, Person, want

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job

TOWER = AwxProfile(name="tower", url="https://awx.example", username="alice")
WANTED = want(TOWER, ("write",), "token")
STATE = AwxState("alice", "token-1", 1)
ABOUT_TO_CREATE = AwxState("alice", "token-1", 1, intent="keyturn tower@build7 0123456789abcdef01", asked_at=1.0)


class Slow:
    """Acquisitions that seal what they are about to create, and are refused once they are `answered`."""

    def __init__(self) -> None:
        self.answered = asyncio.Event()
        self.sealed: list[bool] = []
        self.running: set[int] = set()

    async def run(self, job: Job, listener: Listener) -> Failure:
        assert isinstance(job, TokenJob)
        await listener.on_seal(ABOUT_TO_CREATE)
        self.sealed.append(job.interactive)
        await self.answered.wait()
        await listener.on_seal(STATE)
        return Failure("provider-refused", "no")


@pytest.mark.parametrize("person_first", [True, False])
async def test_whoever_is_about_to_create_one_is_alone(tmp_path: Path, *, person_first: bool) -> None:
    """Each looks for tokens with the sealed description, and would delete the other's as one that was lost."""
    bench, slow = Bench(tmp_path / "vault"), Slow()
    bench.fetcher.acquisitions = slow
    await bench.holdings.keep_state(TOWER, STATE)
    begun = []
    for person in (person_first, not person_first):
        work = bench.broker.login(WANTED, Person(), again=True) if person else bench.broker._fetch(WANTED, 1e9)
        begun.append(asyncio.create_task(work))
        for _ in range(50):
            await asyncio.sleep(0)
    while not slow.sealed:
        await asyncio.wait(begun, timeout=0)
    assert slow.sealed == [person_first]
    slow.answered.set()
    outcomes = await asyncio.gather(*begun, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ProviderRefused, ProviderRefused]
