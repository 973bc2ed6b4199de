"""Who calls: by name and password, or by a token."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.awx.refusals import forbidden, unauthenticated

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.awx.state.server import Server
    from keyturn_emulator.awx.state.store import AccessToken

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Caller:
    """A user, and the token that proved it (None: the password did)."""

    user: User
    token: AccessToken | None = None

    @property
    def way(self) -> str:
        """How the caller was known: basic or bearer."""
        return "basic" if self.token is None else "bearer"

    def check_scope(self, method: str) -> None:
        """Refusal if a token that may only read wants more, or one that may not even read wants anything."""
        if self.token is None:
            return
        if not (self.token.may_read if method in SAFE else self.token.may_write):
            raise forbidden("scope")


def authenticate(server: Server, headers: Headers) -> Caller:
    """The caller; Refusal (401) if there is none, or the credentials are no good."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and server.settings.awx_basic:
        caller = _by_password(server, credentials)
    elif scheme.lower() in server.dialect.schemes and credentials:
        caller = _by_token(server, credentials)
    else:
        raise unauthenticated(server.dialect, "anonymous")
    server.count("authorized", f"authorized.{caller.way}")
    return caller


def split_basic(credentials: str) -> tuple[str, str] | None:
    """Name and password of a Basic header; None if it is broken. UTF-8, or else Latin-1, as Django reads it."""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True)
    except binascii.Error:
        return None
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    name, colon, password = text.partition(":")
    return (name, password) if colon else None


def _by_password(server: Server, credentials: str) -> Caller:
    pair = split_basic(credentials)
    user = server.people.check(*pair) if pair else None
    if user is None:
        raise unauthenticated(server.dialect, "password")
    return Caller(user)


def _by_token(server: Server, value: str) -> Caller:
    token = server.store.find(value)
    if token is None or not server.store.lives(token):
        raise unauthenticated(server.dialect, "token")
    token.last_used = server.clock.now()
    return Caller(token.user, token)
