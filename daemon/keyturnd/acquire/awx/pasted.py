"""A token that somebody else has made: looked at, used, and never deleted."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import hints
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx import tokens
from keyturnd.acquire.awx.credentials import Credential
from keyturnd.acquire.awx.refusals import Denied, needs_person
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.outcomes import Result
    from keyturnd.messages.states import AwxState

_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")
"""RFC 6750 section 2.1: masks (`************`, `$encrypted$`) and hashes (`$sha256$...`) are none."""


def typed(session: Session) -> Result:
    """One that a person pastes. Raises Failed."""
    return _used(session, session.channel.ask("password", f"token at {session.server.api.place}"))


def silently(session: Session, entrusted: str | None) -> Result:
    """The entrusted one, else the one there was. Raises Failed."""
    token = entrusted or session.state.token
    if not token:
        raise needs_person(session.server.api, "there is no token yet")
    return _used(session, token)


def _used(session: Session, token: str) -> Result:
    """`token` as the server knows it. It is looked at again once `max_age` has passed."""
    identity, server = session.identity, session.server
    session.channel.secrets += (token,)
    if not _FORM.fullmatch(token):
        raise _refused(session, "what was given is not a token")
    own = Credential(f"Bearer {token}", token, writes=False)
    try:
        account, now = server.who(own), time.time()
    except Denied as denied:
        raise (_refused(session, f"{server.api.place} does not take the token") if denied.dead else denied) from None
    session.seal(_state(session, token, account, _row(session, own, account), now))
    return tokens.result(session.state, identity)


def _state(session: Session, token: str, account: str, row: Mapping[str, object], now: float) -> AwxState:
    """What is kept of `token`, which is `account`'s by the server's word of `now` (UTC epoch seconds)."""
    end, scope, longest = tokens.moment(row.get("expires")), row.get("scope"), session.identity.max_age
    life = longest if end is None or end <= now else min(end - now, longest)
    return replace(
        session.state,
        account=account,
        token=token,
        created_at=now,
        expires_at=now + life,
        scope=scope if isinstance(scope, str) else "",
        requested=session.identity.requested,
        controller=session.server.site.controller,
        doubted=False,
    )


def _row(session: Session, own: Credential, account: str) -> dict[str, object]:
    """What the server tells of the token that was used last, which should be this one; nothing where it does not."""
    with session.server.api.hurried():
        try:
            return session.server.used_last(own, account, None)
        except Failed:
            return {}


def _refused(session: Session, sentence: str) -> Failed:
    profile = session.identity.profile
    return Failed(ProviderRefused, f"{sentence} of profile {profile}", hints.login_again(profile))
