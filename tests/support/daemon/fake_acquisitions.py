"""Acquisition processes without the processes: a provider in a few lines, with behaviour instead of canned calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyturnd.messages.channel import Event
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.jobs import RevokeJob, TokenJob
from keyturnd.messages.outcomes import Done, Failure, Result
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from support.daemon.manual_clock import ManualClock


def invitation(job: TokenJob, number: int) -> Event:
    """What a person is shown first."""
    if isinstance(job.identity, EntraIdentity) and job.identity.flow == "browser":
        return Event("browser", "sign in", url=f"https://login.example/authorize?{number}")
    return Event("device-code", "sign in", url="https://login.example/device", code=f"CODE{number}")


class FakeAcquisitions:
    """Issues numbered tokens; rotates refresh tokens; fails, hangs and waits for approval as told."""

    def __init__(self, clock: ManualClock) -> None:
        self.running: set[int] = set()
        self.started = 0
        self.killed = 0
        self.jobs: list[TokenJob] = []
        self.life = 3600.0
        self.failure: Failure | None = None
        self.refused_claims: str | None = None
        """Which take a person."""
        self.demanded_claims: str | None = None
        """What a sign-in has to meet: one that asks for other claims, or none, is refused."""
        self.gives_the_same = False
        """Whether it gives its first token again, as a server that cannot replace it."""
        self.account = "alice@contoso.example"
        self.gives_refresh_tokens = True
        self.open_gate = asyncio.Event()
        self.open_gate.set()
        self.arrived = asyncio.Event()
        self.may_die = asyncio.Event()
        self.may_die.set()
        self._clock = clock

    def hold(self) -> None:
        """Let every acquisition from now on wait for `release`."""
        self.open_gate.clear()
        self.arrived.clear()

    def release(self) -> None:
        self.open_gate.set()

    async def run(self, job: Job, listener: Listener) -> Outcome:
        assert isinstance(job, TokenJob | RevokeJob)
        self.started += 1
        number = self.started
        self.running.add(number)
        try:
            if isinstance(job, RevokeJob):
                return await self._revoke()
            self.jobs.append(job)
            return await self._run(job, listener, number)
        except asyncio.CancelledError:
            self.killed += 1
            await self.may_die.wait()
            raise
        finally:
            self.running.discard(number)

    async def _revoke(self) -> Done:
        self.arrived.set()
        await self.open_gate.wait()
        return Done()

    async def _run(self, job: TokenJob, listener: Listener, number: int) -> Result | Failure:
        if job.interactive:
            listener.on_event(invitation(job, number))
        self.arrived.set()
        await self.open_gate.wait()
        if self.failure is not None:
            return self.failure
        if self.refused_claims is not None and job.claims == self.refused_claims:
            return Failure("sign-in-needed", "AADSTS50076: use another factor", "keyturn login me")
        if job.interactive and self.demanded_claims not in {None, job.claims}:
            return Failure("sign-in-needed", "AADSTS50076", "keyturn login me", claims=self.demanded_claims)
        if self.gives_refresh_tokens and (job.interactive or job.state is not None):
            await listener.on_seal(EntraState(f"refresh-{number}", self.account))
        now = self._clock.wall()
        token = f"access-{1 if self.gives_the_same else number}"
        return Result(token, now + self.life, now, job.scopes, account=self.account)
