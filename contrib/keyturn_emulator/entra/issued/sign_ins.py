"""Sign-ins in a browser: those under way, and who is signed in already."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyturn_emulator.entra.directory.principals import User
    from keyturn_emulator.entra.requests.authorization import Authorization


@dataclass
class SignIn:
    """One under way. user: who was chosen, None until then. id: what its pages' forms carry."""

    request: Authorization
    user: User | None = None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


class SignIns:
    """All that are under way, and the session cookies of those that went well."""

    def __init__(self) -> None:
        self._under_way: dict[str, SignIn] = {}
        self._sessions: dict[str, User] = {}

    def start(self, request: Authorization) -> SignIn:
        """A new one, for a page to be shown."""
        sign_in = SignIn(request)
        self._under_way[sign_in.id] = sign_in
        return sign_in

    def find(self, sign_in_id: str) -> SignIn | None:
        """The one of that id, unless it has ended."""
        return self._under_way.get(sign_in_id)

    def end(self, sign_in: SignIn) -> None:
        """It was answered; its pages are good for nothing any more."""
        self._under_way.pop(sign_in.id, None)

    def waiting(self) -> list[SignIn]:
        """Those that a person can still answer, oldest first."""
        return list(self._under_way.values())

    def remember(self, user: User) -> str:
        """The cookie of a browser that is signed in as `user` from now on."""
        cookie = secrets.token_urlsafe(32)
        self._sessions[cookie] = user
        return cookie

    def user_of(self, cookie: str | None) -> User | None:
        """Who is signed in where that cookie comes from."""
        return self._sessions.get(cookie or "")

    def sign_out(self, user: User) -> None:
        """End every browser's session of `user`."""
        self._sessions = {cookie: known for cookie, known in self._sessions.items() if known != user}

    def reset(self) -> None:
        """Nobody is signed in, and nobody about to."""
        self._under_way.clear()
        self._sessions.clear()
