"""Looks for the token of a request whose answer never came, and deletes it.

A server may carry out such a request after whoever sent it has died: an acquisition that looks at its next start may
look too early. So the daemon has us look again, until the server has either done it or never will.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturnd.acquire.awx import passwords
from keyturnd.acquire.awx.api import Api
from keyturnd.acquire.awx.application import pairs
from keyturnd.acquire.awx.cleanup import PATIENCE, clean
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.dialects import NoTokens, discover
from keyturnd.acquire.awx.refusals import Denied, needs_person
from keyturnd.acquire.awx.server import Server
from keyturnd.acquire.awx.session import Session
from keyturnd.messages.outcomes import Done

if TYPE_CHECKING:
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.jobs import SettleJob
    from keyturnd.messages.states import AwxState


def settle(job: SettleJob, channel: Channel, deadline: Deadline) -> Done:
    """Look once. Raises Failed when nobody could tell."""
    api = Api(job.identity, job.network, deadline)
    try:
        server = Server(api, discover(api))
    except NoTokens:
        channel.seal(replace(job.state, asked_at=0.0, intent="", unanswered=None))
        return Done()
    look(Session(job.identity, channel, server, job.state, job.client_secret), job.secret)
    return Done()


def look(session: Session, password: str | None) -> None:
    """Delete all that bears the mark of the session's token, or of the one that was asked for, but that token.

    Raises Failed when nobody could tell; what is sealed then still says that an answer is missing.
    """
    sent = passwords.worth_sending(session.state, password)
    credentials = _credentials(session, sent)
    if session.state.token:
        _identify(session)
    before, over = session.state, time.time() - session.state.asked_at > PATIENCE
    if not credentials:
        session.seal(replace(before, asked_at=0.0 if over else before.asked_at))
        raise needs_person(session.server.api, "nobody is signed in")
    cleaned = clean(session.server, replace(_marked(before), asked_at=0.0 if over else before.asked_at), credentials)
    if cleaned.failed is not None:
        noted = passwords.after_refusal(cleaned.state, sent, cleaned.failed)
        session.seal(replace(noted, asked_at=before.asked_at, intent=before.intent))
        raise cleaned.failed
    session.seal(cleaned.state if over else replace(cleaned.state, intent=before.intent))


def _identify(session: Session) -> None:
    """The held pair, lest it be taken for what nobody knows of. One that has ended cannot say which it was."""
    try:
        pairs.identify(session, bearer(session.state))
    except Denied as denied:
        if not denied.dead:
            raise


def _marked(state: AwxState) -> AwxState:
    """With what to look for: a successor gets the description of its predecessor. A pair is looked for by its id."""
    return state if state.intent or state.refresh_token else replace(state, intent=state.mark)


def _credentials(session: Session, password: str | None) -> list[Credential]:
    found = [bearer(session.state)] if session.state.token else []
    return [*found, basic(session.identity, password)] if password else found
