"""Waits for the answer to an authorization request: the browser's, or one that a person pastes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn import hints
from keyturn.errors import SignInNeeded
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.loopback.redirect import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.acquire.loopback.listener import Listener

LOOK = 30.0
"""Seconds between two looks at the clock that counts suspend."""
LAST_WORDS = 2.0
"""Seconds before the job's own end in which the sign-in ends by a word of ours."""
ATTEMPTS = 8
"""Addresses that may be pasted."""
PASTE = "paste the address that the browser ended on"


def answer(
    listener: Listener, channel: Channel, deadline: Deadline, profile: str, *, elsewhere: bool
) -> Mapping[str, str]:
    """Whichever is first. Raises Failed, for `profile` to hear, when nobody answers in time.

    elsewhere: the browser is on another machine, so a person is asked for the address it ends on.
    """
    if elsewhere:
        channel.pose("redirect-url", f"or {PASTE}")
    tries = 0
    while listener.answer is None:
        left = deadline.left() - LAST_WORDS
        if left <= 0:
            raise _expired(profile)
        pasted = channel.answer_within(min(left, LOOK))
        if pasted is None:
            continue
        try:
            fields = listener.awaited.pasted(pasted)
        except Unfit as unfit:
            if (tries := tries + 1) == ATTEMPTS:
                raise _expired(profile) from None
            channel.pose("redirect-url", f"{unfit}; {PASTE}")
        else:
            listener.carry(fields)
    return listener.answer


def _expired(profile: str) -> Failed:
    sentence = f"the sign-in of profile {profile} was not finished in time"
    return Failed(SignInNeeded, sentence, hints.login(profile), code="expired_token")
