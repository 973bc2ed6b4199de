"""Failures remembered for a moment, so that many callers do not each ask a provider that has just said no.

A refusal concerns the one token that was asked for. Silence, an outage or a Retry-After concerns everybody who asks
the same server: the callers of five audiences would otherwise wait for the same silence one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturn.errors import KeyturnError, ProviderUnreachable
from keyturnd.broker import policy
from keyturnd.fetching.permission import is_allowed

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.settings import NetworkSettings
    from keyturnd.clock import Clock
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName


class Server(msgspec.Struct, frozen=True):
    """Who did not answer: the authority.

    `ca_file` is part of it: what fails for want of the right CA concerns those who name the same one.
    """

    provider: str
    authority: str
    ca_file: str | None


class Remembered(msgspec.Struct, frozen=True):
    """A failure, how many there were in a row, and until when it is repeated without asking (boot time).

    want: what met it last. at: when, UTC epoch seconds. told_until: the same for whoever has been told it.
    """

    want: Want
    error: KeyturnError
    at: float
    in_a_row: int
    until: float
    told_until: float
    next_attempt: float


class Failures:
    """The last failure of each token and of each server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[RecordName | Server, Remembered] = {}
        self._overdue: dict[RecordName, tuple[KeyturnError, float]] = {}
        self._network: NetworkSettings | None = None

    def remember(self, want: Want, error: KeyturnError, jitter: float) -> None:
        """Repeat `error` for the next seconds: for as long as a 429 asked us to hold back, at least a moment."""
        place = _place_of(want, error)
        known = self._failures.get(place)
        in_a_row = 1 + (known.in_a_row if known else 0)
        retry_after = error.retry_after if isinstance(error, ProviderUnreachable) else None
        now = self._clock.boottime()
        told = policy.remembered_for(retry_after)
        held = policy.UNCONNECTED_MEMORY if is_unconnected(error) else told
        wait = policy.backoff(in_a_row, retry_after, jitter)
        self._failures[place] = Remembered(
            want.forgotten, error, self._clock.wall(), in_a_row, now + held, now + told, now + wait
        )

    def remember_overdue(self, want: Want, error: KeyturnError) -> None:
        """Repeat `error` for a moment, because a caller had to leave a fetch that goes on.

        Its helper's twin comes with what little time is left, and would else wait in vain for the reason.
        """
        self._overdue[want.key] = (error, self._clock.boottime() + policy.FAILURE_MEMORY)

    def recall(self, want: Want, *, told: bool = False) -> KeyturnError | None:
        """Why a caller who comes now cannot have `want`: what `recent` tells, or that it is overdue."""
        error, until = self._overdue.get(want.key, (None, 0.0))
        return self.recent(want, told=told) or (error if self._clock.boottime() < until else None)

    def recent(self, want: Want, *, told: bool = False) -> KeyturnError | None:
        """The failure that is still fresh, of this token or of a server that it takes."""
        now = self._clock.boottime()
        concerning = self._concerning(want)
        return next((each.error for each in concerning if now < (each.told_until if told else each.until)), None)

    def fresh_until(self, want: Want) -> float:
        """Until when (boot time) `recent` tells something."""
        return max((known.until for known in self._concerning(want)), default=0.0)

    def holds_back(self, want: Want) -> bool:
        """Whether all that is in the way of `want` passes, and the next try is not due yet."""
        now, concerning = self._clock.boottime(), self._concerning(want)
        return all(each.error.passes for each in concerning) and any(now < each.next_attempt for each in concerning)

    def last_of(self, profile: Profile) -> Remembered | None:
        """The latest failure of `profile`, or of its server, that no success and no change has made good yet."""
        concerning = (known for place, known in self._failures.items() if _concerns(place, profile))
        return max(concerning, key=lambda known: known.at, default=None)

    def may_renew(self, want: Want, *, asked: bool) -> bool:
        """Whether a renewal behind the answers may be tried (again): after a final no only if somebody `asked`."""
        now = self._clock.boottime()
        return all(now >= known.next_attempt and (asked or known.error.passes) for known in self._concerning(want))

    def forget(self, want: Want) -> None:
        """It succeeded: so its servers answer."""
        for place in places_of(want):
            self._failures.pop(place, None)
        self._overdue.pop(want.key, None)

    def lapse(self) -> None:
        """Forget what jobs were refused that nobody asks for again; a machine sees thousands of them."""
        now = self._clock.boottime()
        for place, known in list(self._failures.items()):
            if not isinstance(place, Server) and place.in_memory_alone and now >= known.until:
                del self._failures[place]
        for key, (_, until) in list(self._overdue.items()):
            if key.in_memory_alone and now >= until:
                del self._overdue[key]

    def clear(self, profile: str) -> None:
        """A person did something about `profile`: forget its failures, and those of servers."""
        for known in list(self._failures):
            if isinstance(known, Server) or known.profile == profile:
                del self._failures[known]
        for key in list(self._overdue):
            if key.profile == profile:
                del self._overdue[key]

    def reconfigured(self, config: Config) -> None:
        """Forget what `config` may have cured: all where it leads another way, else what it no longer says.

        A server that did not answer one who is no longer led there did not answer the others either.
        """
        if config.network != self._network:
            self._failures.clear()
        for place, known in list(self._failures.items()):
            if not isinstance(place, Server) and not is_allowed(config, known.want):
                del self._failures[place]
        self._overdue.clear()
        self._network = config.network

    def _concerning(self, want: Want) -> list[Remembered]:
        return [known for place in places_of(want) if (known := self._failures.get(place)) is not None]


def is_unconnected(error: KeyturnError | None) -> bool:
    """Whether there was no way to the provider."""
    return isinstance(error, ProviderUnreachable) and not error.connected


def _concerns(place: RecordName | Server, profile: Profile) -> bool:
    if isinstance(place, Server):
        authority = (place.provider, place.authority, place.ca_file)
        return authority == (profile.provider, profile.authority, profile.ca_file)
    return place.profile == profile.name


def _place_of(want: Want, error: KeyturnError) -> RecordName | Server:
    """Whom it concerns. A registry says nothing of the authority, nor does a place that only one job is led to."""
    return server_of(want) if isinstance(error, ProviderUnreachable) and not error.beside else want.key


def server_of(want: Want) -> Server:
    """Who is asked for `want`, before a registry is."""
    profile = want.profile
    return Server(profile.provider, profile.authority, profile.ca_file)


def places_of(want: Want) -> tuple[RecordName | Server, ...]:
    """What a failure that concerns `want` is remembered under."""
    return want.key, server_of(want)
