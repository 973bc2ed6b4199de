"""What runs acquisitions, and who follows one: the daemon's own, or a test's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keyturnd.messages.channel import Ask, Event
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State


class Listener(Protocol):
    """Who follows an acquisition."""

    def on_event(self, event: Event) -> None:
        """Something a waiting person should see."""

    async def on_ask(self, ask: Ask) -> str:
        """The person's answer to `ask`."""

    async def on_seal(self, state: State) -> None:
        """Make `state` durable. Raises KeyturnError when that fails, which ends the acquisition."""


class Runner(Protocol):
    """What runs an acquisition: `acquisitions.Acquisitions`, or a test's provider."""

    async def run(self, job: Job, listener: Listener) -> Outcome:
        """See acquisitions.Acquisitions.run."""
        ...
