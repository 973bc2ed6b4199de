"""Kept credentials at rest: one sealed record for each place, with all its users."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import msgspec

from keyturnd.store.credential import Credential, Place
from keyturnd.vault.records import RecordName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturnd.vault.records import Kind

KIND: Kind = "git-credential"

TEXTS = ("path", "username", "password", "authtype", "credential", "oauth_refresh_token")

_SAFE = "[]:.-_~"


class Sealed(msgspec.Struct, omit_defaults=True):
    """One credential as the record has it. Texts are bytes: git's values need not be UTF-8."""

    texts: dict[str, bytes]
    stored_at: float
    password_expiry_utc: int | None = None
    forgotten_at: float | None = None
    """UTC epoch seconds, where a timeout was given."""


class Kept(msgspec.Struct, frozen=True):
    """A credential, and when it is to be forgotten (UTC epoch seconds; None: never)."""

    credential: Credential
    forgotten_at: float | None

    def is_over(self, wall: float) -> bool:
        """Whether it is not to be used any more."""
        return self.credential.spent(wall) or (self.forgotten_at is not None and self.forgotten_at <= wall)


@functools.cache
def _decoder() -> msgspec.json.Decoder[list[Sealed]]:
    return msgspec.json.Decoder(list[Sealed])  # made when the first is read: many keep none


def name_of(place: Place) -> RecordName:
    """The record of `place`."""
    quoted = (quote(part, _SAFE, errors="surrogateescape") for part in place)
    return RecordName(kind=KIND, profile="", provider="git", authority="://".join(quoted), client_id="")


def place_of(name: RecordName) -> Place:
    """What `name_of` was given."""
    protocol, _, host = name.authority.partition("://")
    return Place(unquote(protocol, errors="surrogateescape"), unquote(host, errors="surrogateescape"))


def encoded(kept: Iterable[Kept]) -> bytes:
    """The content of a record."""
    return msgspec.json.encode([_sealed(one) for one in kept])


def decoded(place: Place, payload: bytes) -> list[Kept]:
    """What `encoded` was given. Raises msgspec.DecodeError for the content of no such record."""
    return [
        Kept(
            Credential(
                place,
                **{name: text.decode("utf-8", "surrogateescape") for name, text in sealed.texts.items()},
                password_expiry_utc=sealed.password_expiry_utc,
                stored_at=sealed.stored_at,
            ),
            sealed.forgotten_at,
        )
        for sealed in _decoder().decode(payload)
    ]


def _sealed(kept: Kept) -> Sealed:
    one = kept.credential
    texts = {name: value for name in TEXTS if (value := getattr(one, name)) is not None}
    return Sealed(
        texts={name: value.encode("utf-8", "surrogateescape") for name, value in texts.items()},
        stored_at=one.stored_at,
        password_expiry_utc=one.password_expiry_utc,
        forgotten_at=kept.forgotten_at,
    )
