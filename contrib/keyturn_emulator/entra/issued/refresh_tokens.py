"""Refresh tokens: a new one at each use, good for any resource, bound to one user and client.

As Entra does (reference/entra.md section 4), using one does not revoke it, unless the settings are strict.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import Application, User
    from keyturn_emulator.settings import Settings


@dataclass
class Family:
    """All refresh tokens that descend from one sign-in."""

    user: User
    client: Application
    # The claims that the person met when signing in.
    met: Mapping[str, frozenset[str]] = field(default_factory=dict)
    revoked: bool = False


@dataclass
class RefreshToken:
    """One of a family; `expires` is of the emulator's clock."""

    family: Family
    expires: float
    used: bool = False
    text: str = field(default_factory=lambda: f"1.{secrets.token_urlsafe(96)}", repr=False)


class RefreshTokens:
    """All refresh tokens of a run."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._tokens: dict[str, RefreshToken] = {}

    def start(self, user: User, client: Application, met: Mapping[str, frozenset[str]] | None = None) -> str:
        """The first token of a new sign-in. met: the claims that the person met at it."""
        return self._issue(Family(user, client, met or {}))

    def redeem(self, text: str, client: Application) -> Family:
        """The family of a token that is good for `client`; EntraError with the reason if it is not."""
        token = self._tokens.get(text)
        if token is None:
            raise EntraError(refusals.REFRESH_UNKNOWN)
        if token.family.client is not client:
            raise EntraError(refusals.REFRESH_CLIENT)
        if token.used and self._settings.refresh_tokens_strict:
            token.family.revoked = True
        if token.family.revoked:
            raise EntraError(refusals.REFRESH_REVOKED)
        if self._clock.now() >= token.expires:
            raise EntraError(refusals.REFRESH_EXPIRED)
        return token.family

    def spend(self, text: str) -> None:
        """Note that a token was issued for it: a request that was refused has not used it."""
        self._tokens[text].used = True

    def rotate(self, family: Family) -> str:
        """The next token of `family`."""
        return self._issue(family)

    def revoke(self, text: str) -> bool:
        """Revoke the sign-in that a token descends from; False if the token is none of ours."""
        token = self._tokens.get(text)
        if token is None:
            return False
        token.family.revoked = True
        return True

    def revoke_all(self, user: User | None = None) -> int:
        """Revoke every sign-in, or those of one user, and return how many tokens that kills."""
        living = [
            token for token in self._tokens.values() if not token.family.revoked and user in {None, token.family.user}
        ]
        for token in living:
            token.family.revoked = True
        return len(living)

    def reset(self) -> None:
        """Forget all tokens: from now on they are unknown."""
        self._tokens.clear()

    def _issue(self, family: Family) -> str:
        token = RefreshToken(family, self._clock.now() + self._settings.refresh_token_lifetime)
        self._tokens[token.text] = token
        return token.text
