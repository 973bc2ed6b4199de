"""An access token and what the broker knows of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from keyturnd.vault.vault import understood

if TYPE_CHECKING:
    from keyturnd.messages.outcomes import Result
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.vault import Vault


class Token(msgspec.Struct, frozen=True, omit_defaults=True):
    """An access token. Times are UTC epoch seconds. Secret."""

    access_token: str
    issued_at: float
    expires_at: float
    refresh_at: float | None = None
    account: str = ""
    """The name git and docker present with it: the user's, or the application's id."""

    sign_in: str = ""
    """Which sign-in it came from, as keyturnd.flows.sign_in_of tells; empty where no person signs in, and in records
    of keyturn 0.1.0."""

    claims: str | None = None
    """What a server's challenge asked for, where it was got with that: so the next daemon gets the next one, too."""

    certificate_thumbprint: str = ""
    """SHA-1 of the certificate that got it, in capitals; empty where none did."""
    certificate_expires_at: float | None = None

    def __repr__(self) -> str:
        return f"Token(account={self.account!r}, expires_at={self.expires_at})"

    @property
    def digest(self) -> bytes:
        """What tells this token from others without being it."""
        return digest(self.access_token)


def digest(access_token: str) -> bytes:
    """SHA-256 of a token's text, to compare a rejected secret with the tokens we hold."""
    return hashlib.sha256(access_token.encode("utf-8", "surrogateescape")).digest()


def of_result(result: Result, sign_in: str, claims: str | None) -> Token:
    """The token an acquisition brought, by `sign_in`, with `claims`."""
    return Token(
        access_token=result.access_token,
        issued_at=result.issued_at,
        expires_at=result.expires_at,
        refresh_at=result.refresh_at,
        account=result.account,
        sign_in=sign_in,
        claims=claims,
        certificate_thumbprint=result.certificate_thumbprint,
        certificate_expires_at=result.certificate_expires_at,
    )


encode = msgspec.json.encode
decode = msgspec.json.Decoder(Token).decode


def expired(vault: Vault, wall: float) -> list[RecordName]:
    """The names of those that are over at `wall`, UTC epoch seconds."""
    return [name for name in vault.names() if name.kind == "access-token" and _has_expired(vault, name, wall)]


def prune(vault: Vault, name: RecordName, wall: float) -> None:
    """Delete the one under `name` if it is over, still: a renewal may have been written meanwhile."""
    if _has_expired(vault, name, wall):
        vault.delete(name)


def _has_expired(vault: Vault, name: RecordName, wall: float) -> bool:
    token = understood(name, vault.get(name), decode)
    return token is not None and token.expires_at < wall
