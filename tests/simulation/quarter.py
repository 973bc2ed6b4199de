"""One quarter with keyturn: plays a timeline and counts what went wrong that need not have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused
from keyturnd.broker import policy
from simulation.incidents import Incidents
from simulation.machine import Machine
from simulation.timeline import DAYS, quarter
from simulation.tools import GATES, TOOLS

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.timeline import Event
    from simulation.tools import Outcome

PROFILES = {
    "git for a machine": "ci", "git": "me", "kubectl": "me", "docker": "me", "awx": "tower", "job": "robot",
}  # fmt: skip
PROVIDERS = {"docker": ("entra", "registry"), "awx": ("controller",)}
"""Who gives the tokens of a tool, where it is not Entra alone."""
ASK_AGAIN = {"git", "git for a machine", "kubectl"}
"""What comes back for another token when the server has refused one."""
PROTOCOLS = {
    "git for a machine": "git", "git": "git", "kubectl": "kube", "docker": "docker", "awx": "run", "job": "token",
}  # fmt: skip


@dataclass
class Tally:
    """What one quarter came to."""

    calls: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """Commands, by what stood in their way: see Quarter._obstacle."""
    avoidable: list[str] = field(default_factory=list)
    """Failed commands that a perfect helper would not have failed, each with when and why."""
    sign_ins: int = 0
    beyond_policy: int = 0
    """Sign-ins that no policy made necessary."""
    tabs: int = 0
    """How often a person was shown where to sign in."""
    tokens: int = 0
    """That providers issued."""
    requests: int = 0
    """At providers."""
    incidents: dict[str, int] = field(default_factory=dict)


class Quarter:
    """Plays events on a machine."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.tally = Tally()
        self.machine = Machine(directory, seed, self._signed_in)
        self._incidents = Incidents(self.machine)

    async def play(self, event: Event) -> None:
        asleep = event.at < self.machine.clock.wall()
        await self.machine.clock.go_on(event.at, self.machine.settle)
        if event.what not in TOOLS:
            self.tally.incidents[event.what] = self.tally.incidents.get(event.what, 0) + 1
            await self._incidents.befall(event)
        elif not asleep:  # else so is whoever would have called
            outcomes = await self.machine.finished(*(TOOLS[event.what](self.machine) for _ in range(int(event.size))))
            for outcome in outcomes:
                self._count(event.what, outcome)
            await self._react(outcomes)

    def _signed_in(self, claims: str | None) -> None:
        self.tally.sign_ins += 1
        self.tally.beyond_policy += not self._incidents.signed_in(claims)

    def _count(self, what: str, outcome: Outcome) -> None:
        self.tally.calls += 1
        if outcome.served and not self._incidents.offline:
            return
        obstacle = self._obstacle(what, outcome)
        self.tally.failed[obstacle or "nothing"] = self.tally.failed.get(obstacle or "nothing", 0) + 1
        if not obstacle:
            self.tally.avoidable.append(f"{what} at {self.machine.clock.boottime():.0f} s: {outcome.told}")

    def _obstacle(self, what: str, outcome: Outcome) -> str:
        """Why no helper could have served it.

        Empty where a token was there that would have been let in, or the provider would have given one.
        """
        if self._incidents.offline:
            return "no network"
        if outcome.refused and outcome.told != "expired" and (what not in ASK_AGAIN or not outcome.foreseen):
            return "a token that nobody knew to be refused"
        if what == "docker" and "signed in" in self._incidents.needs:
            return "nobody to sign in"
        if not self._incidents.credentials.is_good(PROFILES[what]):
            given = self._was_given(what, policy.MINIMUM_LIFE[PROTOCOLS[what]])
            return "" if given else "a secret or certificate that has ended"
        given = self._incidents.answers(*PROVIDERS.get(what, ("entra",)))
        return "" if given or self._was_given(what, policy.LAST_RESORT) else "a provider that gives nobody a token"

    def _was_given(self, what: str, life: float) -> bool:
        """Whether a token that lives so many seconds more; a final no is not papered over with an older one."""
        enough = self.machine.clock.wall() + life
        return any(
            profile == PROFILES[what] and expires_at > enough and self._lets_in(what, token)
            for profile, token, expires_at in self.machine.acquisitions.issued
        )

    def _lets_in(self, what: str, token: str) -> bool:
        try:
            GATES[what](self.machine, token)
        except TokenRefused:
            return False
        return True

    async def _react(self, outcomes: list[Outcome]) -> None:
        """A person signs in where a program that cannot ask anybody has said that somebody must."""
        if any("not signed in" in outcome.told for outcome in outcomes):
            await self.machine.finished(self.machine.tell("/v1/login", person=True, profile="me"))


async def played(directory: Path, seed: int, days: int = DAYS) -> Tally:
    """The quarter of `seed`, in `directory`, which is to be empty."""
    playing = Quarter(directory, seed)
    async with playing.machine as machine:
        for event in quarter(seed, days):
            await playing.play(event)
        tally = playing.tally
        tally.tabs = machine.acquisitions.tabs
        tally.tokens = machine.provider.world.ledger.counts["token.issued"]
        tally.requests = machine.provider.requests
        return tally
