"""Acquisitions in threads instead of processes, with the same code in them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from keyturnd.acquire.__main__ import _perform
from keyturnd.acquire.failed import Failed, without
from keyturnd.messages.jobs import KeyringJob, TokenJob
from keyturnd.messages.outcomes import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.channel import Event
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State


class InThreads:
    """keyturnd.fetching.processes.runner.Runner. `tabs`: how often a person was shown where to sign in.

    signed_in: told of each sign-in, with the claims that it met.
    """

    def __init__(self, signed_in: Callable[[str | None], None]) -> None:
        self._signed_in = signed_in
        self.running: set[int] = set()
        self.started = 0
        self.tabs = 0
        self._turn = asyncio.Lock()
        self._performed = asyncio.Event()
        self.issued: deque[tuple[str, str, float]] = deque(maxlen=40)
        """The latest tokens, behind their profiles, and when they expire (UTC epoch seconds).

        None of a person's from before the last sign-in: those are dropped, as they may be somebody else's."""

    async def run(self, job: Job, listener: Listener) -> Outcome:
        """See keyturnd.fetching.processes.acquisitions.Acquisitions.run."""
        self.started += 1
        number = self.started
        self.running.add(number)
        channel = Channel(asyncio.get_running_loop(), listener, self)
        try:
            async with self._turn:  # one at a time, or the order in which they end would be the machine's
                outcome = await asyncio.get_running_loop().run_in_executor(None, _performed, job, channel)
        finally:
            self.running.discard(number)
            self._performed.set()
        if isinstance(outcome, Result):
            assert isinstance(job, TokenJob)
            if job.interactive:
                self._forget(job.identity.profile)
                self._signed_in(job.claims)
            self.issued.append((job.identity.profile, outcome.access_token, outcome.expires_at))
        return outcome

    async def landed(self) -> None:
        """Return once one more has ended."""
        self._performed.clear()
        await self._performed.wait()

    def _forget(self, profile: str) -> None:
        for issued in [each for each in self.issued if each[0] == profile]:
            self.issued.remove(issued)


class Channel:
    """keyturnd.acquire.channel.Channel, to the loop that the daemon runs in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, listener: Listener, acquisitions: InThreads) -> None:
        self._loop = loop
        self._listener = listener
        self._acquisitions = acquisitions
        self.secrets: tuple[str, ...] = ()

    def tell(self, event: Event) -> None:
        """Show it, and return when it was seen: here a person is quick."""
        self._acquisitions.tabs += event.url is not None

        async def shown() -> None:
            self._listener.on_event(event)

        asyncio.run_coroutine_threadsafe(shown(), self._loop).result()

    def ask(self, kind: str, prompt: str) -> str:
        """Nobody is asked anything here."""
        raise AssertionError(f"a question of kind {kind}: {prompt}")

    def seal(self, state: State) -> None:
        """Return when it is durable."""
        asyncio.run_coroutine_threadsafe(self._listener.on_seal(state), self._loop).result()


def _performed(job: Job, channel: Channel) -> Outcome:
    assert not isinstance(job, KeyringJob)
    try:
        return _perform(job, channel)  # type: ignore[arg-type] # it is all that an acquisition uses of one
    except Failed as failed:
        return without((), failed.failure)
