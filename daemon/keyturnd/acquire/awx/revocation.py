"""Ends on an AWX what a profile holds there: what is left of earlier tokens, and then its token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import hints
from keyturn.errors import ProviderRefused, SignInNeeded
from keyturnd.acquire.awx.api import Api
from keyturnd.acquire.awx.cleanup import Sweep, clean
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.dialects import NoTokens, discover
from keyturnd.acquire.awx.refusals import Denied
from keyturnd.acquire.awx.server import Server
from keyturnd.acquire.awx.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.messages import Done

if TYPE_CHECKING:
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages import AwxState, RevokeJob


def revoke(job: RevokeJob, channel: Channel, deadline: Deadline) -> Done:
    """Delete it all. Raises Failed when something may be left."""
    if not (job.state.token or _has_remains(job.state)):
        return Done()
    api = Api(job.identity, job.network, deadline)
    try:
        server = Server(api, discover(api))
    except NoTokens:
        return Done()  # an upgrade that takes the tokens away ends every one of them (awx#15666)
    end_all(Session(job.identity, channel, server, job.state), job.secret)
    return Done()


def end_all(session: Session, password: str | None) -> None:
    """Delete all that the state of `session` tells of. Raises Failed when something may be left.

    The token goes last, and only after it is sealed that nothing but it is left: it may be what the others are
    deleted with, and when it is gone and we were killed, nobody could look for them any more.
    """
    server, alive = session.server, _is_alive(session)
    credentials = _credentials(session, password, alive=alive)
    # With nothing to sign with, nobody could look for tokens of a creation long past, and it would be said in vain.
    mark = session.state.mark if credentials else ""
    cleaned = clean(server, replace(session.state, intent=session.state.intent or mark), credentials)
    session.seal(cleaned.state)
    if _has_remains(cleaned.state):
        raise _undone(session, password, cleaned.failed)
    sweep = Sweep(server, credentials)
    if alive and not sweep.delete(session.state.token_id):
        raise _undone(session, password, sweep.failed)


def _has_remains(state: AwxState) -> bool:
    return bool(state.superseded or state.intent)


def _is_alive(session: Session) -> bool:
    """A token that the server does not take any more is as good as deleted."""
    return bool(session.state.token) and session.server.is_alive(bearer(session.state))


def _credentials(session: Session, password: str | None, *, alive: bool) -> list[Credential]:
    found = [bearer(session.state)] if alive else []
    return [*found, basic(session.identity, password)] if password else found


def _undone(session: Session, password: str | None, failed: Failed | None) -> Failed:
    """Why something is left: `failed` itself, unless what the user has to do is to give the right password."""
    identity, place = session.identity, session.server.api.place
    if failed is not None and not (isinstance(failed, Denied) and failed.other_credential):
        return failed
    hint = hints.after(hints.printed(hints.entrust(identity.profile)), hints.logout(identity.profile))
    if password and failed is not None:
        return Failed(ProviderRefused, failed.failure.sentence, hint)
    sentence = f"only the password of {identity.username} can delete what profile {identity.profile} has at {place}"
    return Failed(SignInNeeded, sentence, hint)
