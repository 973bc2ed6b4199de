"""Access tokens: issued, looked at, revoked. Every service of the emulator accepts only what is on record here."""

from __future__ import annotations

import json
import math
import uuid
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.demands import Demands
from keyturn_emulator.bearer.signing import Claims, ClaimsChallenged, Signer, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturn_emulator.clock import Clock


class AccessTokens:
    """The record of all access tokens of a run, by their `jti`. `demands`: what resources want of them."""

    def __init__(self, signer: Signer, clock: Clock, demands: Demands | None = None) -> None:
        self.signer = signer
        self.demands = demands or Demands()
        self._clock = clock
        self._valid: dict[str, Claims] = {}
        self._revoked: set[str] = set()
        self._challenged: dict[str, str] = {}

    def issue(self, claims: Claims, lifetime: int) -> str:
        """Sign `claims` with iat, nbf, exp and a fresh jti; good for `lifetime` seconds from now at least."""
        now = self._clock.now()
        jti = str(uuid.uuid4())
        times = {"iat": int(now), "nbf": int(now), "exp": math.ceil(now + lifetime)}
        self._valid[jti] = {**claims, **times, "jti": jti}
        return self.signer.sign(self._valid[jti])

    def check(self, token: str, audiences: Collection[str]) -> Claims:
        """The claims of a token that was issued here, lives, and is meant for one of `audiences`.

        Raises TokenRefused with the reason: malformed, algorithm, signature, unknown, revoked, expired, audience; and
        ClaimsChallenged (reason `claims`) where a token with other claims is wanted.
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
        if (challenge := self._challenged.get(str(jti)) or self.demands.unmet(claims)) is not None:
            raise ClaimsChallenged(challenge)
        return claims

    def revoke(self, jti: str) -> bool:
        """Whether there was such a token to revoke."""
        if jti not in self._valid:
            return False
        del self._valid[jti]
        self._revoked.add(jti)
        return True

    def revoke_holder(self, object_id: str) -> int:
        """End the sessions of an account; returns how many tokens notice before they expire.

        Only resources of continuous access evaluation learn of it, and only from tokens that declare it (`xms_cc`):
        these are challenged for a later one, all others live on (reference/entra.md section 4).
        """
        challenge = json.dumps({"access_token": {"nbf": {"essential": True, "value": str(int(self._clock.now()))}}})
        struck = [jti for jti, claims in self._valid.items() if claims.get("oid") == object_id and "xms_cc" in claims]
        self._challenged |= dict.fromkeys(struck, challenge)
        return len(struck)

    def revoke_text(self, token: str) -> bool:
        """Revoke by the token itself; False if it is none of ours."""
        try:
            return self.revoke(str(self.signer.verify(token).get("jti")))
        except TokenRefused:
            return False

    def revoke_all(self) -> int:
        """Revoke every token issued so far and return how many they were."""
        count = len(self._valid)
        self._revoked |= set(self._valid)
        self._valid.clear()
        return count

    def reset(self) -> None:
        """Forget all tokens: from now on they are unknown."""
        self._valid.clear()
        self._revoked.clear()
        self._challenged.clear()
        self.demands.reset()
