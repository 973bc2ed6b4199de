"""What an acquisition process ends with: exactly one of these."""

from __future__ import annotations

from typing import Any

import msgspec

NOT_CONNECTED = "not-connected"
"""Nothing was sent, and nobody looked at it: asking again costs a provider nothing."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The revocation is complete: nothing of it lives on the server. Or the look was taken."""


class Told(msgspec.Struct, frozen=True, tag="told"):
    """The answer to an `AskJob`, in the server's own words. Secret where a token was created."""

    answer: Any

    def __repr__(self) -> str:
        return "Told()"


class Result(msgspec.Struct, frozen=True, omit_defaults=True, tag="result"):
    """The token. `expires_at` and `refresh_at` are UTC epoch seconds."""

    access_token: str
    expires_at: float
    issued_at: float
    scopes: tuple[str, ...] = ()
    token_type: str = "Bearer"  # noqa: S105 - a kind, not a token
    refresh_at: float | None = None
    account: str = ""
    account_id: str = ""
    """Entra's home account id, empty where nobody told it."""
    certificate_thumbprint: str = ""
    """SHA-1 of the certificate that the application proved itself with, in capitals."""
    certificate_expires_at: float | None = None
    details: dict[str, Any] = {}
    """Everything else `keyturn azure new-token` prints: tenant, unique id, correlation id, id token …"""

    def __repr__(self) -> str:
        return f"Result(expires_at={self.expires_at})"


class KeyringResult(msgspec.Struct, frozen=True, omit_defaults=True, tag="keyring-result"):
    """The vault key in base64, or None when a trusted keyring answered that it holds none."""

    key: str | None
    backend: str = ""

    def __repr__(self) -> str:
        return f"KeyringResult(backend={self.backend!r})"


class Discovered(msgspec.Struct, frozen=True, omit_defaults=True, tag="discovered"):
    """A tenant's id, or "organizations", and the cloud it signs in to; both empty where nothing tells."""

    tenant: str = ""
    environment: str = ""


class Reached(msgspec.Struct, frozen=True, omit_defaults=True, tag="reached"):
    """It answers. ahead: seconds that this machine's clock is ahead of its own, None where it tells none.

    proxy: what led there, without credentials; empty where nothing did.
    """

    ahead: float | None = None
    proxy: str = ""


class SeenCertificate(msgspec.Struct, frozen=True, tag="certificate-seen"):
    """It lies there, with its key. `thumbprint`: SHA-1 in capitals; `expires_at`: UTC epoch seconds."""

    thumbprint: str
    expires_at: float


class Failure(msgspec.Struct, frozen=True, omit_defaults=True, tag="error"):
    """Why there is no result: the kind of a keyturn.errors class, its sentence and hint."""

    kind: str
    sentence: str
    hint: str | None = None
    retry_after: float | None = None
    beside: bool = False
    """Said by another than the authority: a registry, or whom the caller's job or machine is led to."""
    state_dead: bool = False
    """The refresh token itself was refused: forget it if it is still the one that was sent."""
    claims: str | None = None
    """A JSON object: what a sign-in has to ask for so that this audience is granted."""
    code: str = ""
    """For programs: NOT_CONNECTED, keyring-absent, keyring-locked, or the provider's own `error` word, or empty."""


Outcome = Result | Done | Told | KeyringResult | Discovered | Reached | SeenCertificate | Failure
