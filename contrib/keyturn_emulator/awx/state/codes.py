"""Authorization codes, and who is signed in where they are given out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.awx.state.store import TOKEN_LENGTH, random_text

if TYPE_CHECKING:
    from keyturn_emulator.awx.state.people import User
    from keyturn_emulator.awx.state.store import Application
    from keyturn_emulator.clock import Clock

# Seconds (reference/awx.md section 3, authorization code).
LIFETIME = 600


@dataclass(frozen=True)
class Challenge:
    """PKCE's, S256 or plain (RFC 7636 section 4.6)."""

    text: str
    method: str

    def met_by(self, verifier: str) -> bool:
        """Whether `verifier` is what the challenge was made of."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return hmac.compare_digest((digest if self.method == "S256" else verifier).encode(), self.text.encode())


@dataclass(eq=False)
class Code:
    """What was agreed to, for one token request. `expires` is of the emulator's clock."""

    application: Application
    user: User
    scope: str
    redirect_uri: str
    challenge: Challenge | None
    expires: float
    value: str = field(default_factory=lambda: random_text(TOKEN_LENGTH), repr=False)


class Codes:
    """All codes of one server, and the session cookies of those who may ask for one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._sessions: dict[str, User] = {}

    def issue(
        self, application: Application, user: User, scope: str, redirect_uri: str, challenge: Challenge | None
    ) -> Code:
        """A new code."""
        code = Code(application, user, scope, redirect_uri, challenge, self._clock.now() + LIFETIME)
        self._codes[code.value] = code
        return code

    def find(self, value: str) -> Code | None:
        """The code of that value, unless it is spent or too old."""
        code = self._codes.get(value)
        return code if code is not None and self._clock.now() < code.expires else None

    def spend(self, code: Code) -> None:
        """It has got its token; a second try gets none, and the first token stays good."""
        del self._codes[code.value]

    def sign_in(self, user: User) -> str:
        """The cookie of a browser in which `user` is signed in from now on."""
        cookie = secrets.token_urlsafe(24)
        self._sessions[cookie] = user
        return cookie

    def user_of(self, cookie: str | None) -> User | None:
        """Who is signed in where that cookie comes from."""
        return self._sessions.get(cookie or "")
