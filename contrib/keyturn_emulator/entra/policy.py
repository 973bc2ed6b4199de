"""What stands between a good request and its token: who is kept out of what, for how long, and on which terms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.demands import demanded
from keyturn_emulator.entra.ordered import OF_CODES, ORDERED
from keyturn_emulator.entra.refusals import EntraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.bearer.demands import Demands
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.resources import Resource
    from keyturn_emulator.entra.refusals import Kind
    from keyturn_emulator.entra.requests.scopes import Asked

MULTI_FACTOR, TOO_MANY, LOOP = (ORDERED[number] for number in (50076, 90055, 50196))


class Policy:
    """The administrator's part of a run. `demands`: the claims that resources want of the tokens they are shown."""

    def __init__(self, clock: Clock, demands: Demands) -> None:
        self._clock = clock
        self._demands = demands
        self._refused: dict[str, Kind] = {}
        self._interactive: set[str] = set()
        self._throttled_until = 0.0
        self._as_loop = False

    def refuse(self, resource: Resource, number: int) -> None:
        """Answer whoever asks for `resource` with AADSTS `number`; ValueError for one that is not in ORDERED."""
        if number not in ORDERED:
            raise ValueError(f"no refusal is known by {number}")
        self._refused[resource.name] = ORDERED[number]

    def demand(self, resource: Resource, claims: str, *, interactive: bool) -> None:
        """Have `resource` challenge tokens without `claims`; ValueError or TypeError if they are none.

        interactive: a person has to meet them, at a sign-in that asks for them.
        """
        for audience in resource.audiences:
            self._demands.make(audience, claims)
        if interactive:
            self._interactive.add(resource.name)

    def allow(self, resource: Resource) -> None:
        """Neither refusal nor demand for `resource` from now on."""
        self._refused.pop(resource.name, None)
        self._interactive.discard(resource.name)
        for audience in resource.audiences:
            self._demands.drop(audience)

    def throttle(self, seconds: float, *, as_loop: bool) -> None:
        """Take no token request for so long: 429 with Retry-After, or where a user is about AADSTS50196."""
        self._throttled_until, self._as_loop = self._clock.now() + seconds, as_loop

    def check_pace(self, *, in_own_name: bool) -> None:
        """EntraError while requests are throttled. in_own_name: the client asks for itself, no user is about."""
        left = self._throttled_until - self._clock.now()
        if left > 0 and self._as_loop and not in_own_name:
            raise EntraError(LOOP)
        if left > 0:
            raise EntraError(TOO_MANY, retry_after=math.ceil(left))

    def admit(self, asked: Asked, met: Mapping[str, frozenset[str]] | None, *, page: bool = False) -> None:
        """EntraError where the resource is refused, or wants a person first.

        met: the claims that the person's sign-in has met; None where there is no person who could. page: whether it
        is a page of a sign-in that asks.
        """
        kind = self._refused.get(asked.resource.name)
        if kind is not None and not (page and kind.number in OF_CODES):
            raise EntraError(kind, resource=asked.audience)
        challenge = self._demands.of(asked.audience)
        if met is None or challenge is None or asked.resource.name not in self._interactive:
            return
        if not all(values <= met.get(name, frozenset()) for name, values in demanded(challenge).items()):
            raise EntraError(MULTI_FACTOR, claims=challenge, resource=asked.audience)

    def reset(self) -> None:
        """Let everybody in at once."""
        self._refused.clear()
        self._interactive.clear()
        self._throttled_until = 0.0
