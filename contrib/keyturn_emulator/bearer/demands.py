"""What resources demand of the tokens they are shown: claims, in the words of a claims challenge.

A challenge is the JSON of OpenID Connect Core section 5.5, as Entra's resources send it (reference/entra.md
section 4). Only its `access_token` part says something about tokens that are presented.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.bearer.signing import Claims

NOT_BEFORE = "nbf"


class Demands:
    """The challenge of each audience that has one."""

    def __init__(self) -> None:
        self._challenges: dict[str, str] = {}

    def make(self, audience: str, claims: str) -> None:
        """From now on `audience` takes only tokens that meet `claims` (JSON text).

        Raises ValueError or TypeError if that is none.
        """
        demanded(claims)
        self._challenges[audience] = claims

    def drop(self, audience: str) -> None:
        """`audience` takes any token again."""
        self._challenges.pop(audience, None)

    def of(self, audience: str) -> str | None:
        """The challenge of `audience`, if it has one."""
        return self._challenges.get(audience)

    def unmet(self, claims: Claims) -> str | None:
        """The challenge that a token with these claims is answered with, None if it is good as it is."""
        challenge = self.of(str(claims.get("aud")))
        if challenge is None or all(_met(name, values, claims) for name, values in demanded(challenge).items()):
            return None
        return challenge

    def reset(self) -> None:
        """Nobody demands anything."""
        self._challenges.clear()


def demanded(claims: str) -> dict[str, frozenset[str]]:
    """Names and wanted values of the `access_token` part of `claims`.

    Raises ValueError or TypeError if it is not of that form.
    """
    document = json.loads(claims)
    if not isinstance(document, dict) or not all(isinstance(part, dict) for part in document.values()):
        raise ValueError("claims are an object of objects")
    return {name: _values(wanted) for name, wanted in document.get("access_token", {}).items()}


def _values(wanted: Mapping[str, Any] | None) -> frozenset[str]:
    if wanted is None:
        return frozenset()
    if not isinstance(wanted, dict):
        raise TypeError("a wanted claim is an object or null")
    one = [wanted["value"]] if "value" in wanted else []
    return frozenset(map(str, [*one, *wanted.get("values", [])]))


def _met(name: str, values: frozenset[str], claims: Claims) -> bool:
    if name == NOT_BEFORE:
        return all(int(claims[NOT_BEFORE]) >= int(value) for value in values)
    held = claims.get(name, [])
    return values <= set(held if isinstance(held, list) else [str(held)])
