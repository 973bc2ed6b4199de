"""Personal tokens: which credential renews them, and what a password is needed for.

A write token renews itself, without the password: it creates its successor, which then deletes it. A read token may
do neither (reference/awx.md section 2), and a dead one needs the password again: the entrusted one, or a person.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturnd.acquire.awx import cleanup, creation, passwords, tokens
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.refusals import Denied, needs_person

if TYPE_CHECKING:
    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.outcomes import Result


def typed(session: Session) -> Result:
    """A token by a password that a person types. Raises Failed."""
    return passwords.typed(session, _by_password)


def silently(session: Session, password: str | None) -> Result:
    """With the token there is, else with the entrusted password. Raises Failed."""
    found = _by_token(session, password) if session.state.token else None
    if found is not None:
        return found
    if not password:
        api = session.server.api
        refused = bearer(session.state).writes
        why = f"{api.place} takes the token no longer" if refused else "a read token cannot renew itself"
        raise needs_person(api, why)
    return passwords.entrusted(session, password, _by_password)


def _by_password(session: Session, password: str) -> Result:
    return creation.create(session, basic(session.identity, password))


def _by_token(session: Session, password: str | None) -> Result | None:
    """The token again if a crash kept it from the daemon, else its successor; None when it may not bring one."""
    own = bearer(session.state)
    if tokens.is_young(session.state, session.identity, time.time()):
        return _recovered(session, password) if session.server.is_alive(own) else None
    if not own.writes:
        return None
    try:
        return creation.create(session, own)
    except Denied as denied:
        if not denied.other_credential:
            raise
        return None


def _recovered(session: Session, password: str | None) -> Result:
    own = bearer(session.state)
    session.seal(replace(session.state, controller=session.server.site.controller))
    known_good = passwords.worth_sending(session.state, password)
    cleanup.settle(session, (own, basic(session.identity, known_good)) if known_good else (own,))
    return tokens.result(session.state, session.identity)
