"""One quarter with keyturn: plays a timeline and counts what went wrong that need not have."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.entra.directory.resources import RESOURCES
from simulation.machine import Machine
from simulation.provider import RETRY_AFTER
from simulation.timeline import DAY, DAYS, quarter
from simulation.tools import GATES, TOOLS

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.timeline import Event
    from simulation.tools import Outcome

PROFILES = {"git for a machine": "ci", "git": "me", "kubectl": "me", "docker": "me", "awx": "tower"}
ADMINISTRATED = {"revoke account", "revoke tokens", "claims"}
LASTING = {"offline", "overload", "throttle"}
LAST_RESORT = 60.0
"""Seconds: a token with less life left is of no use to anybody."""


@dataclass
class Tally:
    """What one quarter came to."""

    calls: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    avoidable: list[str] = field(default_factory=list)
    """Failed commands that a perfect helper would not have failed, each with when and why."""
    forced: int = 0
    """Sign-ins that policy made necessary."""
    sign_ins: int = 0
    requests: int = 0
    """At providers."""
    incidents: Counter[str] = field(default_factory=Counter)


class Quarter:
    """Plays events on a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.tally = Tally()
        self._disturbed: dict[str, float] = {}
        """Until when (UTC epoch seconds) what lasts, lasts."""
        self._person_needed = False
        self._need_a_person()
        self._claims = 0
        self._asked_back_at = 0.0
        """When the provider that was overloaded wants to be asked again."""

    async def play(self, event: Event) -> None:
        asleep = event.at < self.machine.clock.wall()
        await self._come_to(event.at)
        if event.what in TOOLS:
            if asleep:
                return  # and so is whoever would have called
            outcomes = await asyncio.gather(*(TOOLS[event.what](self.machine) for _ in range(int(event.size))))
            for outcome in outcomes:
                self._count(event.what, outcome)
            await self._react(outcomes)
            return
        self.tally.incidents[event.what] += 1
        await self._befall(event)

    async def _come_to(self, at: float) -> None:
        machine = self.machine
        for what, until in sorted(self._disturbed.items(), key=lambda one: one[1]):
            if until <= at:
                await machine.clock.go_on(until, machine.settle)
                del self._disturbed[what]
                self._set(what, on=False)
        await machine.clock.go_on(at, machine.settle)

    async def _sleep(self, until: float) -> None:
        """The machine is suspended; what ends meanwhile is over when it wakes, and renews what is due."""
        for what in [what for what, end in self._disturbed.items() if end <= until]:
            del self._disturbed[what]
            self._set(what, on=False)
        await self.machine.clock.suspend(until, self.machine.settle)

    def _set(self, what: str, *, on: bool) -> None:
        if what == "offline":
            self.machine.provider.offline = on
        elif what == "overload":
            self.machine.provider.overloaded = on

    async def _befall(self, event: Event) -> None:
        machine = self.machine
        until = machine.clock.wall() + event.size
        if event.what in LASTING:
            self._disturbed[event.what] = max(until, self._disturbed.get(event.what, 0.0))
            self._set(event.what, on=True)
            self._asked_back_at = max(self._asked_back_at, until + RETRY_AFTER * (event.what == "overload"))
        elif event.what in {"morning", "nap"}:
            await self._sleep(event.at if event.what == "morning" else until)
        if event.what == "upgrade" or (event.what == "morning" and _left_at_night(event.at)):
            machine.start()
        elif event.what in {"rotate secret", "password"}:
            await self._change_secret(event.what)
        elif event.what in ADMINISTRATED:
            self._administrate(event.what)
        if event.what == "throttle":
            machine.provider.world.entra.policy.throttle(event.size, as_loop=False)

    async def _change_secret(self, what: str) -> None:
        """Somebody changes it and tells keyturn."""
        world = self.machine.provider.world
        if what == "password":
            await self.machine.entrust("tower", world.awx.people.change_password("alice", None))
        else:
            await self.machine.entrust("ci", world.change_secret(None))

    def _administrate(self, what: str) -> None:
        world = self.machine.provider.world
        if what == "revoke account":
            world.entra.revoke_account(world.registry.users[0])
            self._need_a_person()
        elif what == "revoke tokens":
            world.tokens.revoke_all()
        else:
            self._demand()

    def _demand(self) -> None:
        """A Conditional Access policy: repositories take only tokens of another authentication context."""
        self._claims += 1
        claims = {"access_token": {"acrs": {"essential": True, "value": f"c{self._claims}"}}}
        repositories = next(resource for resource in RESOURCES if resource.name == "azure-devops")
        self.machine.provider.world.entra.policy.demand(repositories, json.dumps(claims), interactive=False)

    def _need_a_person(self) -> None:
        self.tally.forced += not self._person_needed
        self._person_needed = True

    def _count(self, what: str, outcome: Outcome) -> None:
        self.tally.calls += 1
        if outcome.served and not self.machine.provider.offline:
            return
        self.tally.failed[what] += 1
        if not self.machine.provider.offline and self._avoidable(what, outcome):
            self.tally.avoidable.append(f"{what} at {self.machine.clock.boottime():.0f} s: {outcome.told}")

    def _avoidable(self, what: str, outcome: Outcome) -> bool:
        """Whether there was a token that would have been let in, or the provider would have given one."""
        if outcome.refused and outcome.told != "expired" and TOOLS[what] not in ASK_AGAIN:
            return False
        if what == "docker" and self._person_needed:
            return False
        held_back = self.machine.clock.wall() < self._asked_back_at
        reachable = what == "awx" or not (held_back or self._disturbed.keys() & {"overload", "throttle"})
        return reachable or self._was_given(what)

    def _was_given(self, what: str) -> bool:
        now = self.machine.clock.wall()
        return any(
            profile == PROFILES[what] and expires_at - now > LAST_RESORT and self._lets_in(what, token)
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
            await self.machine.ask(self.machine.process("keyturn"), "/v1/login", b'{"profile": "me"}', person=True)
        if self.machine.acquisitions.tabs > self.tally.sign_ins:
            self.tally.sign_ins = self.machine.acquisitions.tabs
            self._person_needed = False


def _left_at_night(morning: float) -> bool:
    """Whether the daemon has left for idleness: in every other night, so that both kinds of morning are played."""
    return morning // DAY % 2 == 1


ASK_AGAIN = {TOOLS[name] for name in ("git", "git for a machine", "kubectl")}


async def played(directory: Path, seed: int, days: int = DAYS) -> Tally:
    """The quarter of `seed`, in `directory`, which is to be empty."""
    async with Machine(directory, seed) as machine:
        playing = Quarter(machine)
        for event in quarter(seed, days):
            await playing.play(event)
        tally = playing.tally
        tally.sign_ins = machine.acquisitions.tabs
        tally.requests = machine.provider.requests
        return tally
