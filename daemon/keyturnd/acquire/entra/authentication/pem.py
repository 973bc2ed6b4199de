"""Keys and certificates out of the bytes of a file: PEM in any order, PFX, and a certificate alone in DER.

cryptography's own errors are not shown: what a library says of a passphrase may hold it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----\s.*?-----END \1-----", re.DOTALL)
_CERTIFICATE, _KEY = b"CERTIFICATE", b"PRIVATE KEY"
_DER = b"\x30"
"""The tag of a sequence, which PFX (RFC 7292) and a certificate in DER begin with."""


class Protected(Exception):
    """A key in it is encrypted, and the passphrase is missing or wrong."""


class Unreadable(Exception):
    """It holds nothing that can be used; `why` goes behind the file's name."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Found(NamedTuple):
    """What a file holds."""

    certificates: tuple[x509.Certificate, ...] = ()
    keys: tuple[PrivateKeyTypes, ...] = ()
    bare: bool = False
    """Whether somebody who reads the file has a key: no passphrase protects it."""


def certificates_in(content: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates that can be read without a passphrase; none is no error here."""
    try:
        if content.startswith(_DER):
            return (x509.load_der_x509_certificate(content),)
        return tuple(x509.load_pem_x509_certificate(block) for block in _blocks(content, _CERTIFICATE))
    except ValueError:
        return ()


def read(content: bytes, passphrase: str | None) -> Found:
    """All of it, keys included. Raises Protected, and Unreadable for what is neither PEM nor PFX."""
    if content.startswith(_DER):
        return _of_der(content, passphrase)
    bare = any(b"ENCRYPTED" not in block for block in _blocks(content, _KEY))
    found = Found(certificates_in(content), tuple(_keys(content, passphrase)), bare)
    if not found.certificates and not found.keys:
        raise Unreadable("holds neither a certificate nor a key that can be read")
    return found


def holds_key(content: bytes) -> bool:
    """Whether there is a key in it, protected or not."""
    return bool(_blocks(content, _KEY)) or (content.startswith(_DER) and not certificates_in(content))


def _of_der(content: bytes, passphrase: str | None) -> Found:
    if certificates := certificates_in(content):
        return Found(certificates)
    for tried in dict.fromkeys((None if passphrase is None else passphrase.encode(), None, b"")):
        try:
            loaded = pkcs12.load_pkcs12(content, tried)
        except ValueError:
            continue
        except UnsupportedAlgorithm:
            raise Unreadable("is encrypted in a way that is no longer supported (export it again)") from None
        ours = () if loaded.cert is None else (loaded.cert.certificate,)
        others = tuple(each.certificate for each in loaded.additional_certs)
        return Found(ours + others, () if loaded.key is None else (loaded.key,), bare=not tried)
    raise Protected


def _keys(content: bytes, passphrase: str | None) -> Iterator[PrivateKeyTypes]:
    for block in _blocks(content, _KEY):
        secret = passphrase.encode() if passphrase is not None and b"ENCRYPTED" in block else None
        try:
            # Checking its primes would be most of an acquisition's own time; `sign` looks at what it signed instead.
            yield load_pem_private_key(block, secret, unsafe_skip_rsa_key_validation=True)
        except TypeError:  # no passphrase for a key that takes one
            raise Protected from None
        except UnsupportedAlgorithm:
            raise Unreadable("holds a key of a kind that is not supported") from None
        except ValueError:
            if secret is not None:
                raise Protected from None
            raise Unreadable("holds a key that is damaged") from None


def _blocks(content: bytes, label: bytes) -> list[bytes]:
    """The PEM blocks (RFC 7468) whose label ends in `label`: RSA PRIVATE KEY is one of PRIVATE KEY."""
    return [match[0] for match in _BLOCK.finditer(content) if match[1].endswith(label)]
