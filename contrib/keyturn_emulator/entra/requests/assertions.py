"""JWTs in place of a secret (RFC 7523 section 3): which kind one is, and what holds for every kind.

Entra takes two: one that the client signs with the key of a certificate, and one of another issuer (federation).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import TokenRefused, parse
from keyturn_emulator.entra.refusals import EntraError, Kind
from keyturn_emulator.entra.requests import certificate_assertions, federated_assertions

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import Application
    from keyturn_emulator.settings import Settings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# How far ahead the client's clock may be.
LEEWAY = 5 * 60

MALFORMED = Kind(50027, "invalid_client", "JWT token is invalid or malformed.", 401)
OUT_OF_TIME = Kind(
    700024,
    "invalid_client",
    "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, "
    "expiry time of assertion {end}.",
    401,
)
REPLAYED = Kind(
    700026, "invalid_client", "Client assertion contains a 'jti' that was used before. Sign a new one.", 401
)


class ClientAssertions:
    """Verifies client assertions and remembers their identifiers."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._spent: set[tuple[str, str]] = set()

    def verify(self, assertion: str, client: Application, audiences: Collection[str]) -> None:
        """Return if `assertion` proves `client` to the token endpoint of `audiences`; EntraError if not."""
        try:
            token = parse(assertion)
        except TokenRefused:
            raise EntraError(MALFORMED) from None
        if certificate_assertions.is_one(token):
            certificate_assertions.verify(token, client, audiences, self._clock.now())
            self._check_times(token.claims)
            self._spend(token.claims, client)
        else:
            # Another issuer's is good for as long as it lives: a pod's file is read for each token.
            federated_assertions.verify(token, client)
            self._check_times(token.claims)

    def reset(self) -> None:
        """Forget which were used."""
        self._spent.clear()

    def _check_times(self, claims: Claims) -> None:
        start, end = _moment(claims.get("nbf", claims.get("iat", 0))), _moment(claims.get("exp"))
        now = self._clock.now()
        if not start - LEEWAY <= now < end:
            raise EntraError(OUT_OF_TIME, now=_text(now), start=_text(start), end=_text(end))

    def _spend(self, claims: Claims, client: Application) -> None:
        """Once only (RFC 7523 section 3, 7), unless the settings say otherwise: msal sends each for nine minutes."""
        identifier = (client.id, str(claims.get("jti", "")))
        if not self._settings.assertions_once or not identifier[1]:
            return
        if identifier in self._spent:
            raise EntraError(REPLAYED)
        self._spent.add(identifier)


def _moment(value: object) -> float:
    """RFC 7519 section 2, NumericDate: a number of seconds, perhaps with a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EntraError(MALFORMED)
    return float(value)


def _text(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (OverflowError, ValueError, OSError):
        raise EntraError(MALFORMED) from None
