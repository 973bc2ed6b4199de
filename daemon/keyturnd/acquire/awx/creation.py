"""Creates a token so that a kill at any moment loses none for good.

Sealed before the request: the description it will have. Sealed after the answer: the token, and the ids it replaces.
Only then is anything deleted. Whatever dies in between, the next acquisition finds in the sealed state what to look
for on the server. Successors get the description of their predecessor, and each looks for all that have it: so even
the token of a request that a server carried out long after we had looked for it is found at the next renewal.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturnd.acquire.awx import cleanup, tokens
from keyturnd.acquire.awx.credentials import bearer
from keyturnd.acquire.awx.refusals import Denied, Unusable
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.awx.session import Session
    from keyturnd.acquire.awx.tokens import Created
    from keyturnd.messages.outcomes import Result


def create(session: Session, credential: Credential) -> Result:
    """A new token in place of the session's. Raises Denied when nothing was created, Failed otherwise."""
    identity, server, before = session.identity, session.server, session.state
    session.seal(replace(before, intent=tokens.description(before, identity), asked_at=time.time()))
    try:
        created = _asked_for(session, credential)
    except Denied:
        session.seal(before)
        raise
    session.channel.secrets += (created.token,)
    made = tokens.replacing(session.state, created, identity, server.site.controller)
    session.seal(replace(made, asked_at=before.asked_at))
    new = bearer(session.state)
    cleanup.settle(session, (new, credential) if new.writes else (credential, new))
    return tokens.result(session.state, identity)


def _asked_for(session: Session, credential: Credential, *, again: bool = True) -> Created:
    """The token that the server creates. When its answer was lost, the token is deleted, and asked for once more.

    It is asked for again only if it was found: a server that did its part works, whatever became of its answer.
    """
    try:
        return session.server.create(credential, session.state.intent)
    except Denied:
        raise
    except Failed as failed:
        found = cleanup.found_lost(session, credential)
        if not again or not found or isinstance(failed, Unusable):
            raise
    return _asked_for(session, credential, again=False)
