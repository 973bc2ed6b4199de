"""Deletes on the server what no longer has a use: replaced tokens, and those whose answer was lost.

Which these are is in the sealed state: `superseded` by id, `intent` by description. What cannot be deleted now stays
in there, and the next acquisition tries again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.awx_server import Deletion
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturnd.acquire.awx_credentials import Credential
    from keyturnd.acquire.awx_server import Server
    from keyturnd.acquire.awx_session import Session
    from keyturnd.messages import AwxState


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
    """Delete all that `state` tells of but its own token. Stops where the server stops answering."""
    sweep = Sweep(server, credentials)
    lost = sweep.lost(state)
    left = [token_id for token_id in sweep.ordered(state.superseded) if not sweep.delete(token_id)]
    found = [token_id for token_id in lost or () if token_id not in {state.token_id, *state.superseded}]
    kept = [token_id for token_id in sweep.ordered(found) if not sweep.delete(token_id)]
    intent = "" if lost is not None and not kept else state.intent
    return Cleaned(replace(state, intent=intent, superseded=tuple(left)), sweep.failed, sweep.deleted)


class Sweep:
    """Deletions with several credentials, each tried until the server does not take it."""

    def __init__(self, server: Server, credentials: Sequence[Credential]) -> None:
        self._server = server
        self._credentials = list(credentials)
        self.failed: Failed | None = None
        self.deleted = 0

    def lost(self, state: AwxState) -> list[int] | None:
        """The ids of all tokens under the intent of `state`, None when nobody could tell."""
        if not state.intent:
            return []
        for credential in list(self._credentials):
            try:
                return self._server.bearing(credential, state.intent)
            except Failed as failed:
                self._note(failed, credential)
        return None

    def ordered(self, ids: Sequence[int]) -> list[int]:
        """`ids` with the tokens we sign with at the end: they delete themselves last."""
        own = {credential.token_id for credential in self._credentials}
        return sorted(ids, key=lambda token_id: token_id in own)

    def delete(self, token_id: int) -> bool:
        """Whether nothing is left to do about this token."""
        for credential in list(self._credentials):
            try:
                deletion = self._server.delete(credential, token_id)
            except Failed as failed:
                self._note(failed, credential)
                continue
            if deletion is not Deletion.UNDONE:
                self.deleted += deletion is Deletion.GONE
                return True
        return False

    def _note(self, failed: Failed, credential: Credential) -> None:
        """A silent server ends it all; a refusal ends it for this credential: a wrong password is not repeated."""
        self.failed = failed
        if failed.failure.kind == ProviderUnreachable.kind:
            self._credentials.clear()
        else:
            self._credentials.remove(credential)
