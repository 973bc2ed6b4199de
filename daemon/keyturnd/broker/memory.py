"""The tokens in memory, and how good they still are by both clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturnd import flows
from keyturnd.broker import policy
from keyturnd.fetching.permission import as_configured, is_as_configured

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.config import Config
    from keyturnd.clock import Clock
    from keyturnd.fetching.challenges import Challenges
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token


class Held(msgspec.Struct):
    """A token in memory, both clocks when it was received or read, and when it served somebody last.

    credible_from, renew_at: UTC epoch seconds between which the wall clock must be for it to be handed out as it is.
    """

    token: Token
    wall: float
    boottime: float
    credible_from: float
    renew_at: float
    want: Want
    key: RecordName
    used_at: float | None = None
    """UTC epoch seconds; None while it has served nobody."""
    used_by: str = ""
    """The protocol that it served then."""
    answers: dict[bytes, bytes] = {}
    """What was answered with it, by the bytes of the request (keyturnd.routes.remembered). Secret."""

    def __repr__(self) -> str:
        return f"Held({self.key.profile})"


class Memory:
    """What has been fetched or read from the vault since the daemon started."""

    def __init__(self, holdings: Holdings, challenges: Challenges, clock: Clock, chance: Callable[[], float]) -> None:
        self.held: dict[RecordName, Held] = {}
        self._holdings = holdings
        self._challenges = challenges
        self._clock = clock
        self._chance = chance
        self._times_forgotten = 0

    async def look_up(self, want: Want) -> Held | None:
        """The token of `want`, from memory or else from the vault. Raises StateError."""
        held = self._of(want)
        if held is None:
            times_forgotten = self._times_forgotten
            token = await self._holdings.token(want.key, want.profile)
            if times_forgotten != self._times_forgotten:
                return await self.look_up(want)  # what was read may be from before a logout, or another sign-in
            # Looked up again after the await: another caller's newer token must not be overwritten.
            held = self._of(want) or (None if token is None else self._read(want, token))
        return held

    def _read(self, want: Want, token: Token) -> Held:
        self._challenges.recall(want, token.claims)
        return self.hold(want, token)

    def _of(self, want: Want) -> Held | None:
        """What is held for the profile as `want` has it: not what was got for the one of an older configuration."""
        held = self.held.get(want.key)
        return held if held is None or held.want.profile == want.profile else None

    def receive(self, want: Want, token: Token) -> None:
        """Remember a new `token`; one that was got with claims takes the place of one without, too."""
        self.hold(want, token)
        if want.claims is not None:
            self.hold(want.without_claims, token)

    def hold(self, want: Want, token: Token) -> Held:
        """Remember `token`, with a renewal point of its own."""
        jitter = self._chance()
        renew_at = policy.renewal_point(
            issued_at=token.issued_at, expires_at=token.expires_at, refresh_at=token.refresh_at, jitter=jitter
        )
        held = Held(
            token,
            self._clock.wall(),
            self._clock.boottime(),
            policy.credible_from(token.issued_at),
            renew_at,
            want.forgotten,
            want.key,
        )
        self.held[want.key] = held
        return held

    def use(self, want: Want) -> None:
        """Note that the token of `want` has served somebody."""
        if (held := self.held.get(want.key)) is not None:
            self.serve(held, want.protocol)

    def serve(self, held: Held, protocol: str) -> None:
        """Note that `held` is given to somebody."""
        if protocol == policy.CHECK:
            return
        held.used_at, held.used_by = self._clock.wall(), protocol

    async def drop(self, key: RecordName) -> None:
        """Forget the token under `key`, in the vault as well. Raises StateError."""
        self.held.pop(key, None)
        await self._holdings.drop_token(key)

    def lapse(self) -> None:
        """Forget the expired tokens of jobs that nobody asks for again; a machine sees thousands of them."""
        wall = self._clock.wall()
        for key, held in list(self.held.items()):
            if key.in_memory_alone and held.token.expires_at < wall:
                del self.held[key]

    def forget(self, profile: str) -> None:
        """Forget all tokens of `profile`; the vault keeps them."""
        self._times_forgotten += 1
        for key in [key for key in self.held if key.profile == profile]:
            del self.held[key]

    def reconfigured(self, config: Config) -> None:
        """Forget the tokens of profiles that `config` changed, but for those that it allows as they are."""
        for key, held in list(self.held.items()):
            if is_as_configured(config, held.want):
                continue
            del self.held[key]
            if (want := as_configured(config, held.want)) is not None:
                self.held[key] = msgspec.structs.replace(held, want=want, answers={})

    def fresh(self, held: Held, protocol: str) -> bool:
        """Whether it may be handed out to `protocol` as it is."""
        token = held.token
        return policy.fresh_enough(
            expires_at=token.expires_at,
            issued_at=token.issued_at,
            minimum=policy.minimum_life(protocol, token.expires_at - token.issued_at),
            wall=self._clock.wall(),
            reckoned=self._reckoned(held),
        )

    def lasts(self, held: Held) -> bool:
        """Whether it is not `due`, and so `fresh` for everybody (policy.renewal_point): asked once an answer."""
        wall = self._clock.wall()
        reckoned = held.wall + self._clock.boottime() - held.boottime
        return held.credible_from <= wall < held.renew_at and reckoned < held.renew_at

    def last_resort(self, held: Held | None) -> Held | None:
        """`held`, where it may be handed out because renewing it fails for a passing reason."""
        if held is None:
            return None
        token, reckoned = held.token, self._reckoned(held)
        good = policy.last_resort(
            expires_at=token.expires_at, issued_at=token.issued_at, wall=self._clock.wall(), reckoned=reckoned
        )
        return held if good else None

    def due(self, held: Held) -> bool:
        """Whether it should be renewed behind the answers."""
        return max(self._clock.wall(), self._reckoned(held)) >= held.renew_at

    def due_for_renewal(self) -> list[Want]:
        """What is due and has served somebody since it was issued; the rest may lapse."""
        served = (
            held for held in self.held.values() if held.used_by and not flows.takes_its_caller(held.want.profile)
        )
        return [held.want for held in served if self.due(held)]

    def _reckoned(self, held: Held) -> float:
        return policy.reckoned_wall(
            received_wall=held.wall, received_boottime=held.boottime, boottime=self._clock.boottime()
        )
