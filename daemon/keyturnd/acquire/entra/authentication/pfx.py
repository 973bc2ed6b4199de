"""PFX files (RFC 7292), opened without a check of the key's primes.

cryptography checks them in every key of a PFX, and cannot be told not to as for other files: that would be half of an
acquisition's own time. `assertion.sign` looks at what the key has signed instead. So a file of the usual form is
taken apart: its one protected key is a PKCS #8 of its own, and the rest goes to cryptography as a PFX without a key,
and without the MAC over both (the file is its owner's, and each part is encrypted). Any other form goes there whole.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs12

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

SEQUENCE, OCTETS, EXPLICIT = 0x30, 0x04, 0xA0
DATA = bytes.fromhex("06092a864886f70d010701")
"""The object identifier of contents that are not encrypted as a whole (RFC 5652 section 4)."""
SHROUDED_KEY = bytes.fromhex("060b2a864886f70d010c0a0102")
"""pkcs8ShroudedKeyBag (RFC 7292 section 4.2)."""


class Opened(NamedTuple):
    """What is in a file: the key's certificate and those of its chain, in whatever order."""

    certificates: tuple[x509.Certificate, ...]
    keys: tuple[PrivateKeyTypes, ...]


class Element(NamedTuple):
    """One element of DER (X.690). whole: with tag and length."""

    tag: int
    whole: bytes
    content: bytes


def load(content: bytes, passphrase: bytes | None) -> Opened:
    """All of a PFX. Raises ValueError for a wrong passphrase or no PFX, UnsupportedAlgorithm as cryptography does."""
    if passphrase:
        with suppress(ValueError, TypeError, IndexError, UnsupportedAlgorithm):
            return _in_parts(content, passphrase)
    loaded = pkcs12.load_pkcs12(content, passphrase)
    return Opened(_certificates(loaded), () if loaded.key is None else (loaded.key,))


def _in_parts(content: bytes, passphrase: bytes) -> Opened:
    """Raises ValueError or IndexError for another form, too."""
    (file,) = _elements(content)
    version, contents, *_ = _elements(file.content)
    kept, keys = [], []
    for info in _elements(_octets_of(contents)):
        found = _protected_keys(info)
        keys += found
        kept += [] if found else [info.whole]
    (key,) = keys
    safes = _element(EXPLICIT, _element(OCTETS, _element(SEQUENCE, b"".join(kept))))
    rest = _element(SEQUENCE, version.whole + _element(SEQUENCE, DATA + safes))
    certificates = _certificates(pkcs12.load_pkcs12(rest, passphrase))
    return Opened(certificates, (load_der_private_key(key, passphrase, unsafe_skip_rsa_key_validation=True),))


def _certificates(loaded: pkcs12.PKCS12KeyAndCertificates) -> tuple[x509.Certificate, ...]:
    own = () if loaded.cert is None else (loaded.cert,)
    return tuple(each.certificate for each in (*own, *loaded.additional_certs))


def _protected_keys(info: Element) -> list[bytes]:
    """The encrypted PKCS #8 of a ContentInfo that holds nothing else. Raises ValueError for a key among others."""
    if _elements(info.content)[0].whole != DATA:
        return []
    bags = [_elements(bag.content) for bag in _elements(_octets_of(info))]
    keys = [bag[1].content for bag in bags if bag[0].whole == SHROUDED_KEY]
    if keys and len(keys) < len(bags):
        raise ValueError("a key among others")
    return keys


def _octets_of(info: Element) -> bytes:
    """What the SEQUENCE in a ContentInfo of type data holds."""
    kind, wrapped = _elements(info.content)
    (octets,) = _elements(wrapped.content)
    (sequence,) = _elements(octets.content)
    if kind.whole != DATA or octets.tag != OCTETS or sequence.tag != SEQUENCE:
        raise ValueError("no contents of type data")
    return sequence.content


def _elements(encoded: bytes) -> list[Element]:
    """Those that stand side by side. Raises ValueError for what is cut off, or not in DER's definite lengths."""
    found, at = [], 0
    while at < len(encoded):
        header, length = 2, int.from_bytes(encoded[at + 1 : at + 2])
        if length & 0x80:
            digits = length & 0x7F
            header, length = header + digits, int.from_bytes(encoded[at + 2 : at + 2 + digits])
        end = at + header + length
        if end > len(encoded) or encoded[at + 1 : at + 2] in {b"", b"\x80"}:
            raise ValueError("cut off, or not in DER")
        found.append(Element(encoded[at], encoded[at:end], encoded[at + header : end]))
        at = end
    return found


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(digits)]) + digits + content
