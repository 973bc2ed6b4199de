"""What a confidential client can have registered beside a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from cryptography import x509

# What Entra's documentation has every workload put into `aud` (reference/entra.md section 2).
EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class CertificateAuthority:
    """Trust in whatever `certificate` has issued to `subject` (RFC 4514 text): it takes the whole chain in x5c."""

    certificate: x509.Certificate
    subject: str


@dataclass(frozen=True)
class FederatedCredential:
    """Trust in another issuer's tokens for one subject, all three letter for letter. `key`: the issuer's."""

    issuer: str
    subject: str
    key: rsa.RSAPublicKey = field(repr=False)
    audience: str = EXCHANGE_AUDIENCE


def rsa_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    """The key of `certificate`; ValueError if it is of another kind."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("only RSA certificates are taken")  # noqa: TRY004 - the value is wrong, not its type
    return key
