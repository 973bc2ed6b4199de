"""Access tokens: issued, looked at, revoked. Every service of the emulator accepts only what is on record here."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import Claims, Signer, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturn_emulator.clock import Clock


class AccessTokens:
    """The record of all access tokens of a run, by their `jti`."""

    def __init__(self, signer: Signer, clock: Clock) -> None:
        self.signer = signer
        self._clock = clock
        self._valid: set[str] = set()
        self._revoked: set[str] = set()

    def issue(self, claims: Claims, lifetime: int) -> str:
        """Sign `claims` with iat, nbf, exp and a fresh jti; good for `lifetime` seconds from now at least."""
        now = self._clock.now()
        jti = str(uuid.uuid4())
        times = {"iat": int(now), "nbf": int(now), "exp": math.ceil(now + lifetime)}
        self._valid.add(jti)
        return self.signer.sign({**claims, **times, "jti": jti})

    def check(self, token: str, audiences: Collection[str]) -> Claims:
        """The claims of a token that was issued here, lives, and is meant for one of `audiences`.

        Raises TokenRefused with the reason: malformed, algorithm, signature, unknown, revoked, expired, audience.
        """
        claims = self.signer.verify(token)
        jti = claims.get("jti")
        if jti in self._revoked:
            raise TokenRefused("revoked")
        if jti not in self._valid:
            # Signed by us and yet not an access token: an ID token, say.
            raise TokenRefused("unknown")
        if self._clock.now() >= claims["exp"]:
            raise TokenRefused("expired")
        if claims.get("aud") not in audiences:
            raise TokenRefused("audience")
        return claims

    def revoke(self, jti: str) -> bool:
        """Whether there was such a token to revoke."""
        if jti not in self._valid:
            return False
        self._valid.remove(jti)
        self._revoked.add(jti)
        return True

    def revoke_text(self, token: str) -> bool:
        """Revoke by the token itself; False if it is none of ours."""
        try:
            return self.revoke(str(self.signer.verify(token).get("jti")))
        except TokenRefused:
            return False

    def revoke_all(self) -> int:
        """Revoke every token issued so far and return how many they were."""
        count = len(self._valid)
        self._revoked |= self._valid
        self._valid.clear()
        return count

    def reset(self) -> None:
        """Forget all tokens: from now on they are unknown."""
        self._valid.clear()
        self._revoked.clear()
