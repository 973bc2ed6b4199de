"""Ends on an AWX what a profile holds there: what is left of earlier tokens, and then its token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import hints, moves
from keyturn.errors import ProviderRefused, SignInNeeded
from keyturnd.acquire.awx import passwords
from keyturnd.acquire.awx.api import Api
from keyturnd.acquire.awx.application import exchange, pairs
from keyturnd.acquire.awx.cleanup import Sweep, clean
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.dialects import NoTokens, discover
from keyturnd.acquire.awx.refusals import Denied
from keyturnd.acquire.awx.server import Server
from keyturnd.acquire.awx.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.messages.outcomes import Done

if TYPE_CHECKING:
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.jobs import RevokeJob
    from keyturnd.messages.states import AwxState


def revoke(job: RevokeJob, channel: Channel, deadline: Deadline) -> Done:
    """Delete it all. Raises Failed when something may be left. A token that somebody else made is not ours to end."""
    state = job.state
    if not (state.token_id or state.refresh_token or _has_remains(state)):
        return Done()
    api = Api(job.identity, job.network, deadline)
    try:
        server = Server(api, discover(api))
    except NoTokens:
        return Done()  # an upgrade that takes the tokens away ends every one of them (awx#15666)
    end_all(Session(job.identity, channel, server, state, job.client_secret), job.secret)
    return Done()


def end_all(session: Session, password: str | None) -> None:
    """Delete all that the state of `session` tells of. Raises Failed when something may be left.

    The token goes last, and only after it is sealed that nothing but it is left: it may be what the others are
    deleted with, and when it is gone and we were killed, nobody could look for them any more.
    """
    server, alive = session.server, _is_alive(session)
    if alive:
        pairs.identify(session, bearer(session.state))
    credentials = _credentials(session, password, alive=alive)
    asked_at = session.state.asked_at
    cleaned = clean(server, replace(_with_mark(session.state, alive=alive), asked_at=0.0), credentials)
    session.seal(replace(cleaned.state, asked_at=asked_at))
    if _has_remains(cleaned.state):
        raise _undone(session, password, cleaned.failed)
    sweep = Sweep(server, credentials)
    if alive and not sweep.delete(session.state.token_id) and not _ended_by_refresh_token(session):
        raise _undone(session, password, sweep.failed or cleaned.failed)


def _with_mark(state: AwxState, *, alive: bool) -> AwxState:
    """With a look for all that bears the token's mark, if the token itself can look.

    It finds tokens of a creation long past. A password alone is not sent for that: it may be refused, because
    local sign-in was switched off, and with that the server has deleted all tokens (awx#14030).
    """
    return replace(state, intent=state.mark) if alive and not state.intent and not state.refresh_token else state


def _has_remains(state: AwxState) -> bool:
    return bool(state.superseded or state.intent or state.unanswered)


def _is_alive(session: Session) -> bool:
    """A token that the server does not take any more is as good as deleted."""
    return bool(session.state.token) and session.server.is_alive(bearer(session.state))


def _credentials(session: Session, password: str | None, *, alive: bool) -> list[Credential]:
    found = [bearer(session.state)] if alive else []
    sent = passwords.worth_sending(session.state, password)
    return [*found, basic(session.identity, sent)] if sent else found


def _ended_by_refresh_token(session: Session) -> bool:
    """Whether a pair that may not delete itself is ended by revoking it, as a controller does.

    A gateway answers 200 and does nothing (reference/awx.md, "The gateway of 2026"): what counts is the token.
    """
    if not session.state.refresh_token:
        return False
    try:
        exchange.revoke(session)
        return not session.server.is_alive(bearer(session.state))
    except Failed:
        return False


def _refused(session: Session, password: str, failed: Denied) -> str:
    """What the server refused; the password, if it was that, is noted: it is not sent again at once."""
    if passwords.worth_sending(session.state, password) is None:
        return passwords.withheld(session)
    session.seal(passwords.after_refusal(session.state, password, failed))
    return failed.failure.sentence


def _undone(session: Session, password: str | None, failed: Failed | None) -> Failed:
    """Why something is left: `failed` itself, unless what the user has to do is to give the right password."""
    identity, place = session.identity, session.server.api.place
    if failed is not None and not (isinstance(failed, Denied) and failed.other_credential):
        return failed
    hint = moves.servers.logout_again(identity.profile)
    if password and failed is not None:
        return Failed(ProviderRefused, _refused(session, password, failed), hint)
    if not (identity.username or session.state.token_id):
        sentence = f"only a new sign-in of profile {identity.profile} can tell whether one before it left a token"
        return Failed(SignInNeeded, sentence, hints.login(identity.profile))
    if not identity.username:
        sentence = f"nobody but its user or an administrator can delete token {session.state.token_id} at {place}"
        return Failed(ProviderRefused, sentence, hints.forget_locally(identity.profile))
    sentence = f"only the password of {identity.username} can delete what profile {identity.profile} has at {place}"
    return Failed(SignInNeeded, sentence, hint)
