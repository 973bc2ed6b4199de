"""Deletes on the server what no longer has a use: replaced tokens, and those whose answer was lost.

Which these are is in the sealed state: `superseded` by id, `intent` by description. What cannot be deleted now stays
in there, and the next acquisition tries again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec.structs import replace

from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.awx.tokens import CLOCK_SKEW
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.awx.server import Server
    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.states import AwxState

Found = TypeVar("Found")
PATIENCE = 900.0
"""Seconds after a request in which a server may still carry it out: proxies and workers give up after minutes."""


class Cleaned(NamedTuple):
    """`state`: what is left to clean up; `failed`: why, as far as the server told."""

    state: AwxState
    failed: Failed | None = None
    deleted: int = 0


def settle(session: Session, credentials: Sequence[Credential]) -> None:
    """Clean up with whichever of `credentials` may, and seal what is left. Fails never: a token is in hand."""
    with session.server.api.hurried():
        cleaned = clean(session.server, session.state, credentials)
    session.seal(cleaned.state)


def found_lost(session: Session, credential: Credential) -> bool:
    """Delete the token of a request whose answer was lost; whether there was one."""
    with session.server.api.hurried():
        return clean(session.server, replace(session.state, superseded=()), (credential,)).deleted > 0


def clean(server: Server, state: AwxState, credentials: Sequence[Credential]) -> Cleaned:
    """Delete all that `state` tells of but its own token. Stops where the server stops answering.

    The replaced ones last: one of them may be what the others are deleted with.
    """
    sweep = Sweep(server, credentials)
    lost = sweep.lost(state)
    found = [token_id for token_id in lost or () if token_id not in {state.token_id, *state.superseded}]
    kept = [token_id for token_id in sweep.ordered(found) if not sweep.delete(token_id, surely_ours=False)]
    left = [token_id for token_id in sweep.ordered(state.superseded) if not sweep.delete(token_id)]
    cleaned = replace(state, superseded=tuple(left))
    if lost is not None and not kept:
        cleaned = replace(cleaned, intent="", unanswered=state.unanswered if state.asked_at else None)
    return Cleaned(cleaned, sweep.failed, sweep.deleted)


class Sweep:
    """Asks with the first of several credentials that the server takes."""

    def __init__(self, server: Server, credentials: Sequence[Credential]) -> None:
        self._server = server
        self._credentials = list(credentials)
        self._own = {credential.token_id for credential in credentials}
        self.failed: Failed | None = None
        self.deleted = 0

    def lost(self, state: AwxState) -> list[int] | None:
        """The ids of all tokens that an answer which never came may have told of, None when nobody could tell.

        A pair has no description; and while nobody knows the id of our own one, it would be among them.
        """
        if state.intent:
            return self._asked(lambda credential: self._server.bearing(credential, state.intent))
        if state.unanswered is None:
            return []
        if state.token and not state.token_id:
            return None
        application, (first, last) = self._server.api.identity.application, state.unanswered
        made = (first - CLOCK_SKEW, last + PATIENCE + CLOCK_SKEW)
        return self._asked(lambda credential: self._server.unmarked(credential, application, state.noted, made))

    def ordered(self, ids: Sequence[int]) -> list[int]:
        """`ids` with the tokens we sign with at the end: they delete themselves last."""
        return sorted(ids, key=lambda token_id: token_id in self._own)

    def delete(self, token_id: int, *, surely_ours: bool = True) -> bool:
        """Whether nothing is left to do about this token: it is gone, or not ours.

        On a gateway everybody can read all descriptions, and give one to a token of their own.
        """
        gone = self._asked(lambda credential: self._server.delete(credential, token_id, surely_ours=surely_ours))
        self.deleted += bool(gone)
        return gone is not None

    def _asked(self, question: Callable[[Credential], Found]) -> Found | None:
        """None when no credential is left. One that was refused is not used again: a wrong password locks accounts.

        A server that does not answer is not asked again at all.
        """
        while self._credentials:
            try:
                answer = question(self._credentials[0])
            except Failed as failed:
                self.failed = failed
                silent = failed.failure.kind == ProviderUnreachable.kind
                del self._credentials[: None if silent else 1]
            else:
                self.failed = None  # it is the next credential that counts: a password is not refused with the token
                return answer
        return None
