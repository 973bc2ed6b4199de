"""Authorization codes: good once, for a few minutes, for who asked, from where, and with which verifier."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import encode
from keyturn_emulator.entra.issued.devices import REDEEMED
from keyturn_emulator.entra.refusals import EntraError, Kind

if TYPE_CHECKING:
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import Application, User
    from keyturn_emulator.entra.requests.authorization import Authorization
    from keyturn_emulator.settings import Settings

UNKNOWN = Kind(70000, "invalid_grant", "The provided authorization code is invalid or malformed.")
EXPIRED = Kind(70008, "invalid_grant", "The provided authorization code or refresh token has expired.")
WRONG_CLIENT = Kind(
    700005,
    "invalid_grant",
    "Provided Authorization Code is intended to use against other tenant or application, thus rejected.",
)
WRONG_REDIRECT = Kind(
    500112,
    "invalid_client",
    "The reply address '{given}' does not match the reply address '{asked}' provided when requesting "
    "Authorization code.",
)
WRONG_VERIFIER = Kind(
    501481,
    "invalid_grant",
    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
)


@dataclass
class AuthorizationCode:
    """`request`: what it answers. `expires` is of the emulator's clock."""

    request: Authorization
    user: User
    expires: float
    redeemed: bool = False
    text: str = field(default_factory=lambda: f"1.A{secrets.token_urlsafe(120)}", repr=False)


class AuthorizationCodes:
    """All codes of a run."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._codes: dict[str, AuthorizationCode] = {}

    def issue(self, request: Authorization, user: User) -> str:
        """A new code that answers `request` for `user`."""
        code = AuthorizationCode(request, user, self._clock.now() + self._settings.code_lifetime)
        self._codes[code.text] = code
        return code.text

    def redeem(self, text: str, client: Application, redirect_uri: str, verifier: str | None) -> AuthorizationCode:
        """The code, once; EntraError if it is not that client's, or place or verifier are not those asked with."""
        code = self._codes.get(text)
        if code is None:
            raise EntraError(UNKNOWN)
        if code.request.client is not client:
            raise EntraError(WRONG_CLIENT)
        if code.redeemed:
            raise EntraError(REDEEMED)
        if self._clock.now() >= code.expires:
            raise EntraError(EXPIRED)
        if redirect_uri != code.request.redirect_uri:
            raise EntraError(WRONG_REDIRECT, given=redirect_uri, asked=code.request.redirect_uri)
        _check_verifier(code.request.challenge, verifier)
        code.redeemed = True
        return code

    def reset(self) -> None:
        """Forget all codes."""
        self._codes.clear()


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    """RFC 7636 section 4.6; a verifier where there was no challenge is as wrong (RFC 9700 section 2.1.1)."""
    if challenge is None and verifier is None:
        return
    computed = encode(hashlib.sha256((verifier or "").encode()).digest())
    if not hmac.compare_digest(computed, challenge or ""):
        raise EntraError(WRONG_VERIFIER)
