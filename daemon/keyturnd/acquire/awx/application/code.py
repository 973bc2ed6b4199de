"""A user signs in with a browser (RFC 6749 section 4.1, RFC 7636): the way of who has no password there (SSO).

AWX compares the redirect URI letter for letter, but for the port of a registered http://127.0.0.1. One that does not
match is a page in the browser, and nothing comes back: so what has to be registered is said beforehand.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from keyturn import hints
from keyturn.errors import ProviderRefused, one_line
from keyturnd.acquire.awx.application import exchange, pairs
from keyturnd.acquire.failed import Failed, without
from keyturnd.acquire.loopback import pages, port
from keyturnd.acquire.loopback.listener import Listener
from keyturnd.acquire.loopback.redirect import Awaited
from keyturnd.acquire.loopback.waiting import Waiting
from keyturnd.messages.channel import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.outcomes import Result

HOST = "127.0.0.1"
OTHERWISE = "token"
"""The flow of who has no browser here: a token made on the server's own pages."""
ERROR_LIMIT = 60


def by_browser(session: Session) -> Result:
    """Send the person to the server, wait for the answer, and return the token it brings. Raises Failed."""
    profile, verifier, state = session.identity.profile, secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    ours = port.first_free(profile, OTHERWISE, host=HOST)
    session.channel.secrets += (verifier, state)
    awaited = Awaited(ours.redirect_uri, state, lambda issuer: issuer is None)
    with Listener(ours, awaited, session.channel.wake) as listener:
        _invite(session, _page(session, ours.redirect_uri, state, verifier))
        waiting = Waiting(listener, session.channel, session.server.api.deadline, profile)
        fields = waiting.answer(elsewhere=session.elsewhere)
        try:
            result = _redeemed(session, fields, ours.redirect_uri, verifier)
        except Failed as failed:
            listener.show(pages.refused(without(session.channel.secrets, failed.failure).sentence))
            raise
        listener.show(pages.signed_in(result.account, profile))
    return result


def _page(session: Session, redirect_uri: str, state: str, verifier: str) -> str:
    """The address of the consent page; who holds a token of the application already does not get to see it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": session.identity.client_id,
        "redirect_uri": redirect_uri,
        "scope": session.identity.scope,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "approval_prompt": "auto",
    }
    return f"{session.server.site.oauth}authorize/?{urlencode(query)}"


def _invite(session: Session, url: str) -> None:
    application, place = session.identity.application, session.server.api.place
    needed = (
        f"application {application} at {place} needs the redirect URI http://{HOST} (a page that says it does not"
    )
    session.channel.tell(Event("progress", f"{needed} match means that it is missing)"))
    session.channel.tell(Event("browser", f"to sign in, open {url}", url=url, otherwise=OTHERWISE))


def _redeemed(session: Session, fields: Mapping[str, str], redirect_uri: str, verifier: str) -> Result:
    """The token for the code in `fields`. Raises Failed for what the server, or the person, refused."""
    profile, place = session.identity.profile, session.server.api.place
    if "error" in fields:
        word = one_line(fields["error"])[:ERROR_LIMIT]
        sentence = f"the sign-in of profile {profile} was declined"
        if word != "access_denied":
            sentence = f"{place} refused to sign in to profile {profile}: {word}"
        raise Failed(ProviderRefused, sentence, hints.login(profile), code=word)
    session.channel.secrets += (fields["code"],)
    return pairs.obtain(session, lambda: exchange.by_code(session, fields["code"], redirect_uri, verifier), None)
