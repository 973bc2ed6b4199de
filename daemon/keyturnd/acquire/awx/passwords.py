"""A token by the user's password: the one entrusted to the vault, or one that a person types.

A directory behind AWX may lock an account after a few wrong passwords, and AWX's 401 does not tell a wrong one from
a directory that is down. So the same password is never sent again by itself soon after it was refused.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import hints
from keyturn.errors import ProviderRefused
from keyturnd.acquire.awx.refusals import Denied
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.awx.session import Session
    from keyturnd.messages.outcomes import Result
    from keyturnd.messages.states import AwxState

    Create = Callable[[Session, str], Result]

REFUSAL_PAUSE = 1800.0
"""Seconds. Active Directory forgets failed sign-ins after 30 minutes by default: two of ours never add up."""
_SALT_BYTES = 16


def entrusted(session: Session, password: str, create: Create) -> Result:
    """A token by the password in the vault. Raises Failed; a refused password needs its owner."""
    hint = hints.entrust(session.identity.profile)
    if was_refused(session.state, password, time.time()):
        raise Failed(ProviderRefused, withheld(session), hint)
    try:
        return create(session, password)
    except Denied as denied:
        if not denied.dead:
            raise
        session.seal(refusing(session.state, password, time.time()))
        raise Failed(ProviderRefused, denied.failure.sentence, hint) from None


def withheld(session: Session) -> str:
    """Why the entrusted password was not sent."""
    place, profile = session.server.api.place, session.identity.profile
    return f"{place} refused the password entrusted for profile {profile}: it is not tried again yet"


def typed(session: Session, create: Create) -> Result:
    """A token by a password that a person types, who may correct it once. Raises Failed."""
    identity, place = session.identity, session.server.api.place
    question = f"password of {identity.username} at {place}"
    first = session.channel.ask("password", question)
    try:
        return create(session, first)
    except Denied as denied:
        if not denied.dead:
            raise
        second = session.channel.ask("password", f"{place} refused it; {question}")
        if second in {"", first}:
            raise
    return create(session, second)


def worth_sending(state: AwxState, password: str | None) -> str | None:
    """`password`, unless it was refused a moment ago: a directory may lock the account."""
    return None if password is None or was_refused(state, password, time.time()) else password


def after_refusal(state: AwxState, sent: str | None, failed: Failed | None) -> AwxState:
    """`state`, with the note that the server refused the password `sent`, if that is what `failed` says."""
    refused = isinstance(failed, Denied) and failed.dead
    return refusing(state, sent, time.time()) if refused and sent else state


def refusing(state: AwxState, password: str, now: float) -> AwxState:
    """`state` with the note that the server refused `password` at `now` (UTC epoch seconds)."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return replace(state, refused=(salt + _digest(salt, password)).hex(), refused_at=now)


def was_refused(state: AwxState, password: str, now: float) -> bool:
    """Whether the server refused this very password within the pause before `now`, or in what seems the future."""
    noted = bytes.fromhex(state.refused)
    salt, digest = noted[:_SALT_BYTES], noted[_SALT_BYTES:]
    return bool(noted) and now - state.refused_at < REFUSAL_PAUSE and _digest(salt, password) == digest


def _digest(salt: bytes, password: str) -> bytes:
    # Slow on purpose, as the vault it lies in outlives a secret that is taken out of it.
    return hashlib.scrypt(password.encode("utf-8", "surrogateescape"), salt=salt, n=1 << 14, r=8, p=1)
