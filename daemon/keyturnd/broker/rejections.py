"""Tokens that a server has refused: replaced at most once a minute, and a refusal that comes too early is kept.

Once more where the server wants claims that are news: the token before was got without them, for another reason. Not
each time, as a challenge for a later token (`nbf`) names another second whenever it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import Refused
from keyturnd.broker import policy

if TYPE_CHECKING:
    from keyturnd.broker.memory import Held, Memory
    from keyturnd.clock import Clock
    from keyturnd.fetching.challenges import Challenges
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.records import RecordName


class Rejections:
    """What was refused, and when a renewal was forced last."""

    def __init__(self, memory: Memory, challenges: Challenges, clock: Clock) -> None:
        self._memory = memory
        self._challenges = challenges
        self._clock = clock
        self._forced: dict[RecordName, float] = {}
        self._forced_by_news: dict[RecordName, float] = {}
        self._kept: dict[RecordName, bytes] = {}
        self._replaced: dict[RecordName, bytes] = {}

    def concern(self, key: RecordName) -> bool:
        """Whether the token under `key` was refused within the minute after a renewal, and waits to be replaced."""
        return key in self._kept

    async def reject(self, want: Want, digest: bytes | None, claims: str | None = None) -> bool:
        """A server refused the token with this digest: replace it at the next request. Whether that gets another.

        None stands for whatever token there is: docker erases by the registry's name. Nothing is done for a token
        that is not the one we hold; of several that were refused the same one, the first has seen to it.
        claims: JSON, see keyturnd.fetching.challenges.

        Raises Refused when the last such renewal of this key is less than a minute old: a server that refuses new
        tokens, too, misses a right, not a token. That rejection is kept in mind, and carried out for the first
        request after the minute. The refresh token is never touched.
        """
        held = await self._memory.look_up(want)
        if held is None or digest not in {None, held.token.digest}:
            return digest is not None and digest == self._replaced.get(want.key)
        news = self._challenges.are_news(want, claims)
        self._challenges.note(want, claims)
        try:
            self.force(want, held, news=news)
        except Refused:
            self._kept[want.key] = held.token.digest
            raise
        await self._memory.drop(want.key)
        return True

    async def settle(self, want: Want, held: Held | None) -> Held | None:
        """Carry out a rejection that came too early, unless its token has been replaced; what is left of `held`."""
        if want.key not in self._kept:
            return held
        if held is None or held.token.digest != self._kept[want.key]:
            del self._kept[want.key]
        elif self.may_force(want.key):
            del self._kept[want.key]
            await self._memory.drop(want.key)
            return None
        return held

    def _until_next(self, key: RecordName) -> float:
        """Seconds until a renewal may be forced again; at least one, as nobody counts in less."""
        return max(1.0, self._forced[key] + policy.FORCED_RENEWAL_INTERVAL - self._clock.boottime())

    def force(self, want: Want, held: Held, *, news: bool = False) -> None:
        """Note that a renewal of `held` is forced (by claims that are news?). Raises Refused where it may not be."""
        if not self.may_force(want.key, news=news):
            raise Refused(
                "the server refused a token that had just been renewed",
                moves.servers.right_of(held.token.account or "this profile", self._until_next(want.key)),
            )
        self._forget_jobs()
        self._replaced[want.key] = held.token.digest

    def forget_forced(self, key: RecordName) -> None:
        """The renewal that was forced last brought nothing: the next one need not wait."""
        self._forced.pop(key, None)

    def may_force(self, key: RecordName, *, news: bool = False) -> bool:
        """Whether a renewal may be forced now; then it counts as done."""
        now = self._clock.boottime()
        for forced in (self._forced, self._forced_by_news) if news else (self._forced,):
            for other in [other for other, at in forced.items() if now - at >= policy.FORCED_RENEWAL_INTERVAL]:
                del forced[other]
            if key not in forced:
                forced[key] = now
                return True
        return False

    def _forget_jobs(self) -> None:
        """Nobody asks again for the tokens of jobs that are over; a machine sees thousands of them."""
        held = self._memory.held
        for known in (self._kept, self._replaced):
            for key in [key for key in known if key.in_memory_alone and key not in held]:
                del known[key]
