"""Waits for the answer to an authorization request: the browser's, or one that a person pastes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import hints, moves
from keyturn.errors import SignInNeeded
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.loopback.redirect import Unfit
from keyturnd.messages.channel import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.acquire.loopback.listener import Listener

LOOK = 30.0
"""Seconds between two looks at the clock that counts suspend."""
LONG = 60.0
"""Seconds after which whoever still waits is told what an error on the page means: it is shown there, and nothing of
it comes back to us (RFC 6749 section 4.1.2.1)."""
LAST_WORDS = 2.0
"""Seconds before the job's own end in which the sign-in ends by a word of ours."""
ATTEMPTS = 8
"""Addresses that may be pasted."""
PASTE = "paste the address that the browser ended on"


class Waiting:
    """For the answer to the sign-in of `profile`. on_page: what helps where its page shows an error."""

    def __init__(
        self, listener: Listener, channel: Channel, deadline: Deadline, profile: str, on_page: str | None = None
    ) -> None:
        self._listener, self._channel, self._deadline = listener, channel, deadline
        self._profile, self._on_page = profile, on_page
        self._told_at = 0.0 if on_page is None else deadline.left() - LONG
        """Of the seconds that are left; 0 where it is told already."""

    def answer(self, *, elsewhere: bool) -> Mapping[str, str]:
        """Whichever is first. Raises Failed when nobody answers in time.

        elsewhere: the browser is on another machine, so a person is asked for the address it ends on.
        """
        if elsewhere:
            self._channel.pose("redirect-url", f"or {PASTE}")
        tries = 0
        while self._listener.answer is None:
            pasted = self._channel.answer_within(self._next_look())
            if pasted is None:
                continue
            try:
                fields = self._listener.awaited.pasted(pasted)
            except Unfit as unfit:
                if (tries := tries + 1) == ATTEMPTS:
                    raise self._expired() from None
                self._channel.pose("redirect-url", f"{unfit}; {PASTE}")
            else:
                self._listener.carry(fields)
        return self._listener.answer

    def _next_look(self) -> float:
        """Seconds. Raises Failed when there is no time left."""
        left = self._deadline.left()
        if left <= LAST_WORDS:
            raise self._expired()
        if left <= self._told_at:
            self._channel.tell(Event("progress", f"nothing has come back yet: {self._on_page}"))
            self._told_at = 0.0
        return min(left - max(self._told_at, LAST_WORDS), LOOK)

    def _expired(self) -> Failed:
        sentence, login = (
            f"the sign-in of profile {self._profile} was not finished in time",
            hints.login(self._profile),
        )
        hint = login if self._on_page is None else moves.secrets.before_login(self._on_page, self._profile)
        return Failed(SignInNeeded, sentence, hint, code="expired_token")
