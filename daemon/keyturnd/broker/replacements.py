"""Another token for one that a server refused, while whoever was refused waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.errors import KeyturnError

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturnd.broker.flights import Flights
    from keyturnd.broker.memory import Memory
    from keyturnd.broker.rejections import Rejections
    from keyturnd.fetching.challenges import Challenges
    from keyturnd.fetching.wants import Want


class Replacements:
    """What is done at once about a refusal; see keyturnd.broker.rejections for what the next request does."""

    def __init__(self, *, memory: Memory, rejections: Rejections, flights: Flights, challenges: Challenges) -> None:
        self._memory = memory
        self._rejections = rejections
        self._flights = flights
        self._challenges = challenges

    async def doubt(self, want: Want, digest: bytes, by: float) -> None:
        """A server seems to have refused the token with this digest: try to replace it, as `reject` does.

        While that fails for a passing reason, or lasts beyond `by` (boot time), it stays: it may be good after all.
        """
        held = await self._memory.look_up(want)
        if held is None or held.token.digest != digest:
            return
        if not self._flights.is_coming(want.key) and not self._rejections.may_force(want.key):
            return  # else whoever was refused beside us would be given the same token once more
        await self._passing_failure(want, by)

    async def replace(self, want: Want, refused: Collection[bytes], claims: str | None, by: float) -> None:
        """A server refused the tokens with these digests: get another, if one of them is still the one we hold.

        claims: JSON, see keyturnd.fetching.challenges. Raises what a fetch does if that may pass: the token stays
        then, another server may take it. For what does not pass it is dropped, and asking for a token tells it.
        Raises Refused where it was the replacement that was refused, less than a minute after the one before, and not
        for claims that are news.
        """
        held = await self._memory.look_up(want)
        if held is None or held.token.digest not in refused:
            return
        if not self._flights.is_coming(want.key):  # for whoever was refused before us, or because it was due
            self._rejections.force(want, held, news=self._challenges.are_news(want, claims))
        self._challenges.note(want, claims)
        if (error := await self._passing_failure(want, by)) is not None:
            raise error

    async def _passing_failure(self, want: Want, by: float) -> KeyturnError | None:
        """Why the fetch of another token failed, where that may pass; for what does not, the token is dropped."""
        try:
            await self._flights.token(want, by)
        except KeyturnError as error:
            self._rejections.forget_forced(want.key)  # it brought nothing; failures have limits of their own
            if error.passes:
                return error
            await self._memory.drop(want.key)  # the next request tells what a person has to do
        return None
