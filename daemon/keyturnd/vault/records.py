r"""The form of a sealed record: a file you may look at, with a secret in it that you may not.

    keyturn-sealed-record 1\n
    {"key":"<key id>","name":{"authority":…,"client_id":…,"kind":…,"profile":…,"provider":…}}\n
    <12 bytes nonce><AES-256-GCM ciphertext and 16 bytes tag>

`head -n 2 FILE` shows which record it is and which key it is sealed with. Both lines are the ciphertext's
associated data: a record copied over another one's file, or one whose lines were edited, does not open. The
nonce is random; one key seals at most a few million records in its life, far below the 2^32 that random
96-bit nonces are good for (NIST SP 800-38D, section 8.3).

The name binds a secret to where it may be used: after a change of provider, authority or client id in the
configuration it is another name, and the old record is left alone. Names and key ids are not secret.
"""

from __future__ import annotations

import hashlib
import os
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["state", "access-token", "secret", "git-credential", "made-token"]
REPLACEABLE: frozenset[Kind] = frozenset({"access-token", "git-credential"})
"""Kinds whose loss costs one more request to a provider or a person: what of them cannot be read counts as absent."""

FORM = 1
"""The number in the first line. A keyturn to come that seals otherwise takes a higher one."""
MAGIC_WORD = b"keyturn-sealed-record "
MAGIC = MAGIC_WORD + b"%d\n" % FORM
SEALED_SUFFIX = ".sealed"
GIT_PREFIX = "git-"
"""Of the file of each git-credential: the helper's twin looks whether there is one (keyturn.twin.git)."""
KEY_SIZE = 32
NONCE_SIZE = 12
HEADER_LIMIT = 64 << 10
"""Bytes. A listing reads no more than this of each file."""


class RecordName(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """What a record is, and where its content may be used.

    `scopes` and `claims` tell access tokens of one profile apart. A new field must have a default, or every
    record there is would get another file name.
    """

    kind: Kind
    """state: what a sign-in left (refresh token); access-token; secret: entrusted by the user;
    git-credential: of a host without a profile, which is empty then."""
    profile: str
    provider: str
    authority: str
    """The authority URL or, for AWX, the origin."""
    client_id: str
    scopes: tuple[str, ...] = ()
    claims: str | None = None
    cae: bool = False
    """Whether it was got as by somebody who handles claims challenges (CP1): it lives for a day."""
    registry: str | None = None
    """The login server (and the tenant asked for) whose refresh token it is, where it is not the provider's own."""
    surroundings: str | None = None
    """A digest of what the caller's job or machine told it, in the name of a token that no file ever holds."""

    @property
    def in_memory_alone(self) -> bool:
        """Whether nothing under this name is ever sealed: it is no other job's business."""
        return self.surroundings is not None

    def canonical(self) -> bytes:
        """One line of JSON, the same for the same name, whatever order the fields are declared in."""
        return canonical.encode(self)

    def file_name(self) -> str:
        """SHA-256 of the canonical form, so that no profile or URL has to be a valid file name."""
        prefix = GIT_PREFIX if self.kind == "git-credential" else ""
        return prefix + hashlib.sha256(self.canonical()).hexdigest() + SEALED_SUFFIX


class Header(msgspec.Struct, frozen=True):
    """The second line."""

    key: str
    name: RecordName


canonical = msgspec.json.Encoder(order="sorted")
header_decoder = msgspec.json.Decoder(Header)


class Damaged(Exception):
    """The bytes are not a record of that name as it was sealed."""


class OtherKey(Exception):
    """The record says that it is sealed with another key; `key_id` is that key's."""

    def __init__(self, key_id: str) -> None:
        super().__init__()
        self.key_id = key_id


class NewerForm(Exception):
    """The first line says that a keyturn to come sealed it, in a form of its own."""


def key_id_of(key: bytes) -> str:
    """A public name for a key: says nothing about 32 random bytes, but tells two of them apart."""
    return hashlib.sha256(b"keyturn vault key id\0" + key).hexdigest()[:16]


def seal(name: RecordName, payload: bytes, *, key: bytes, key_id: str) -> bytes:
    """The record's file content."""
    header = MAGIC + canonical.encode(Header(key=key_id, name=name)) + b"\n"
    nonce = os.urandom(NONCE_SIZE)
    return header + nonce + AESGCM(key).encrypt(nonce, payload, header)


def unseal(name: RecordName, content: bytes, *, key: bytes, key_id: str) -> bytes:
    """The payload. Raises Damaged; OtherKey when a whole header of this name names another key; NewerForm."""
    end = header_end(content)
    header = read_header(content)
    if has_newer_form(content):
        raise NewerForm
    if header is None or header.name != name:
        raise Damaged
    if header.key != key_id:
        raise OtherKey(header.key)
    try:
        sealed = memoryview(content)[end:]
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], content[:end])
    except (InvalidTag, ValueError):
        raise Damaged from None


def read_header(content: bytes) -> Header | None:
    """What the clear lines say, None if they say nothing. Not authenticated: good for listings only.

    Those of a newer form, too: a logout ends what another version of keyturn has kept.
    """
    if not (content.startswith(MAGIC) or has_newer_form(content)):
        return None
    try:
        return header_decoder.decode(content[header_start(content) : header_end(content)])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # brackets nested too deep raise the last
        return None


def has_newer_form(content: bytes) -> bool:
    """Whether this is no damage, but what an older keyturn finds after a way back: to be left as it is."""
    number = content.partition(b"\n")[0].removeprefix(MAGIC_WORD)
    return content.startswith(MAGIC_WORD) and number.isdigit() and len(number) < 4 and int(number) > FORM


def header_start(content: bytes) -> int:
    """Where the second line starts; 0 if the first has no end."""
    return content.find(b"\n", 0, HEADER_LIMIT) + 1


def header_end(content: bytes) -> int:
    """Where the nonce starts; 0 if there is no second line."""
    return content.find(b"\n", header_start(content), HEADER_LIMIT) + 1
