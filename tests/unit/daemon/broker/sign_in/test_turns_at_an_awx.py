"""A person's sign-in and a silent fetch of the same profile of an AWX: neither creates a token beside the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import ProviderRefused, SignInNeeded
from keyturnd.messages.channel import Ask
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
        work = (
            bench.broker.login(WANTED, Person(), again=True) if person else bench.broker._flights.token(WANTED, 1e9)
        )
        begun.append(asyncio.create_task(work))
        for _ in range(50):
            await asyncio.sleep(0)
    while not slow.sealed:
        await asyncio.wait(begun, timeout=0)
    assert slow.sealed == [person_first]
    slow.answered.set()
    outcomes = await asyncio.gather(*begun, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ProviderRefused, ProviderRefused]


class Forgetful:
    """Acquisitions of a password that the server refuses: it is asked for again. Nobody else has anything."""

    running: frozenset[int] = frozenset()

    async def run(self, job: Job, listener: Listener) -> Failure:
        assert isinstance(job, TokenJob)
        if not job.interactive:
            return Failure("sign-in-needed", "nobody is signed in")
        await listener.on_seal(AwxState("alice", intent=ABOUT_TO_CREATE.intent, asked_at=1.0))
        await listener.on_seal(AwxState("alice"))
        await listener.on_ask(Ask(1, "password", "refused; once more"))
        await listener.on_seal(AwxState("alice", intent=ABOUT_TO_CREATE.intent, asked_at=2.0))
        return Failure("provider-refused", "no")


async def test_nobody_waits_while_a_password_is_asked_for_again(tmp_path: Path) -> None:
    """Nothing is being created then, and a person takes minutes: a git is told of the sign-in at once."""
    bench, person = Bench(tmp_path / "vault"), Person()
    bench.fetcher.acquisitions = Forgetful()
    signing_in = asyncio.create_task(bench.broker.login(WANTED, person, again=True))
    while not person.seen:
        await asyncio.wait([signing_in], timeout=0)
    asking = asyncio.create_task(bench.broker.token(WANTED, Person(waits=False)))
    await asyncio.wait([asking], timeout=30)
    bench.broker.sign_ins.answer(person.seen[0]["id"], "another")
    outcomes = await asyncio.gather(signing_in, asking, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ProviderRefused, SignInNeeded]
    assert "still pending" in str(outcomes[1])
