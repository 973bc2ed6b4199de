"""A key with its certificate and the chain above it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keyturnd.acquire.entra.authentication.pem import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

LONGEST_CHAIN = 10


class Certified(NamedTuple):
    """A certificate whose key is at hand. Secret."""

    key: RSAPrivateKey
    chain: tuple[x509.Certificate, ...]
    """The certificate first, then its issuer as far as they are known (RFC 7515 section 4.1.6)."""

    def __repr__(self) -> str:
        return f"Certified({self.sha1})"

    @property
    def certificate(self) -> x509.Certificate:
        """The one that the key belongs to."""
        return self.chain[0]

    @property
    def sha1(self) -> str:
        """How portal.azure.com shows it: SHA-1, in capital hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - a name, not a proof

    @property
    def expires_at(self) -> float:
        """UTC epoch seconds."""
        return self.certificate.not_valid_after_utc.timestamp()


def thumbprints(certificate: x509.Certificate) -> tuple[str, str]:
    """SHA-1 and SHA-256 in lower-case hexadecimal digits."""
    kinds: tuple[hashes.HashAlgorithm, ...] = (hashes.SHA1(), hashes.SHA256())  # noqa: S303 - names, no proofs
    return (certificate.fingerprint(kinds[0]).hex(), certificate.fingerprint(kinds[1]).hex())


def of_pair(
    keys: Iterable[PrivateKeyTypes], certificates: Sequence[x509.Certificate], leaf: x509.Certificate | None = None
) -> Certified:
    """The certificate (`leaf`, where one is meant) that one of `keys` belongs to. Raises Unreadable."""
    for certificate, key in itertools.product(certificates if leaf is None else (leaf,), keys):
        if key.public_key() == certificate.public_key():
            if not isinstance(key, RSAPrivateKey):
                raise Unreadable("holds a key that is not RSA, which is all that Entra ID takes")
            return Certified(key, tuple(_upwards(certificate, certificates)))
    raise Unreadable("holds no key that belongs to the certificate" if certificates else "holds no certificate")


def _upwards(leaf: x509.Certificate, known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    chain = [leaf]
    while len(chain) < LONGEST_CHAIN:
        issuer = next((one for one in known if one not in chain and _issued(one, chain[-1])), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
