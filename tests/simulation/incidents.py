"""What befalls machine, network, provider and policy, and what of it goes on."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from keyturn_emulator.entra.directory.resources import RESOURCES
from simulation.credentials import Credentials
from simulation.provider import RETRY_AFTER
from simulation.timeline import DAY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulation.machine import Machine
    from simulation.timeline import Event

OVERLOADED = {"overload": "entra", "registry overload": "registry", "awx overload": "controller"}
WITHOUT_NETWORK = {"offline", "no network yet"}
THROTTLED = {"throttle", "loop"}
LASTING = OVERLOADED.keys() | WITHOUT_NETWORK | THROTTLED
REPOSITORIES = next(resource for resource in RESOURCES if resource.name == "azure-devops")


class Incidents:
    """Of one machine. `needs`: why a person has to sign in: to be signed in at all, or for the terms of a policy."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.credentials = credentials = Credentials(machine)
        self.needs = {"signed in"}
        self._until: dict[str, float] = {}
        """When (UTC epoch seconds) what lasts ends."""
        self._asked_back_at: dict[str, float] = {}
        """When services that are overloaded, or throttle, want to be asked again."""
        self._demands = 0
        self._terms = False
        self._happenings: dict[str, Callable[[Event], Awaitable[None] | None]] = {
            **dict.fromkeys(LASTING, self._begin),
            "nap": self._sleep,
            "night": self._sleep,
            "morning": self._begin_day,
            "upgrade": lambda _: machine.start(),
            **dict.fromkeys(("revoke account", "entra password"), lambda _: self._sign_out()),
            "revoke tokens": lambda _: self._revoke_tokens(),
            "claims": lambda _: self._demand(of_persons=False),
            "terms": lambda _: self._demand(of_persons=True),
            "secret ends": lambda _: credentials.end_secret(),
            "secret": lambda _: credentials.replace_secret(),
            "password ends": lambda _: credentials.end_password(),
            "password": lambda _: credentials.replace_password(),
            "certificate": credentials.replace_certificate,
        }

    @property
    def offline(self) -> bool:
        """Whether nobody is reached."""
        return self.machine.provider.offline

    async def befall(self, event: Event) -> None:
        """Let `event` happen."""
        if (happening := self._happenings[event.what](event)) is not None:
            await happening

    def answers(self, *services: str) -> bool:
        """Whether all of these give tokens to whoever asks now."""
        now = self.machine.clock.wall()
        return all(now >= self._asked_back_at.get(service, 0.0) for service in services)

    def signed_in(self, claims: str | None) -> bool:
        """Whether somebody who signs in, and meets `claims`, had to."""
        met = {"signed in", "terms"} if claims else {"signed in"}
        needed = self.needs & met
        self.needs -= met
        return bool(needed)

    def _begin(self, event: Event) -> None:
        until = max(self.machine.clock.wall() + event.size, self._until.get(event.what, 0.0))
        self._until[event.what] = until
        self.machine.clock.at(until, lambda: self._end_of(event.what))
        if event.what in THROTTLED:
            left, as_loop = until - self.machine.clock.wall(), event.what == "loop"
            self.machine.provider.world.entra.policy.throttle(left, as_loop=as_loop)
            self._hold_back("entra", math.ceil(until))
        elif event.what in OVERLOADED:
            self._hold_back(OVERLOADED[event.what], until + RETRY_AFTER)
        self._set()

    def _hold_back(self, service: str, until: float) -> None:
        self._asked_back_at[service] = max(until, self._asked_back_at.get(service, 0.0))

    def _end_of(self, what: str) -> None:
        """Unless it was prolonged."""
        if self._until.get(what, math.inf) <= self.machine.clock.wall():
            del self._until[what]
        self._set()

    def _set(self) -> None:
        self.machine.provider.offline = bool(WITHOUT_NETWORK & self._until.keys())
        self.machine.provider.overloaded = {OVERLOADED[what] for what in OVERLOADED.keys() & self._until.keys()}

    def _sleep(self, event: Event) -> None:
        self.machine.clock.suspend(event.at + event.size)

    def _begin_day(self, event: Event) -> None:
        """In every other night the daemon has left for idleness, so that both kinds of morning are played."""
        if event.at // DAY % 2 == 1:
            self.machine.start()

    def _sign_out(self) -> None:
        """What an administrator can do, and what the end of a password does: refresh tokens are good no longer."""
        world = self.machine.provider.world
        world.entra.revoke_account(world.registry.users[0])
        self.needs |= {"signed in", "terms"} if self._terms else {"signed in"}

    def _revoke_tokens(self) -> None:
        self.machine.provider.world.tokens.revoke_all()

    def _demand(self, *, of_persons: bool) -> None:
        """A Conditional Access policy: repositories take only tokens of another authentication context."""
        self._demands += 1
        claims = {"access_token": {"acrs": {"essential": True, "value": f"c{self._demands}"}}}
        policy = self.machine.provider.world.entra.policy
        policy.allow(REPOSITORIES)
        policy.demand(REPOSITORIES, json.dumps(claims), interactive=of_persons)
        self._terms = of_persons
        self.needs = self.needs - {"terms"} | ({"terms"} if of_persons else set())
