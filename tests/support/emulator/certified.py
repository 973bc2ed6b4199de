"""Certificates of a client's own, and the assertions it signs with them, part by part."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certified:
    """A key and its certificate. chain: those above it, nearest first."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """The key, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def protected_key(self, passphrase: str) -> str:
        """The key, encrypted (PKCS 8)."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        ).decode()

    def pfx(self, passphrase: str | None = None) -> bytes:
        """Key, certificate and chain as PKCS 12."""
        secret = None if passphrase is None else passphrase.encode()
        encryption = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
        return pkcs12.serialize_key_and_certificates(b"app", self.key, self.certificate, self.chain, encryption)

    def thumbprint(self, *, sha256: bool = False) -> str:
        """In capital hexadecimal digits."""
        algorithm = hashes.SHA256() if sha256 else hashes.SHA1()  # noqa: S303 - a name, not a proof
        return self.certificate.fingerprint(algorithm).hex().upper()

    @property
    def subject(self) -> str:
        """As a registration names it."""
        return self.certificate.subject.rfc4514_string()

    def header(self, name: str = "x5t#S256") -> dict[str, str]:
        """The thumbprint that a header of that name holds."""
        algorithm = hashes.SHA1() if name == "x5t" else hashes.SHA256()  # noqa: S303 - RFC 7515 4.1.7
        return {name: base64.urlsafe_b64encode(self.certificate.fingerprint(algorithm)).decode()}

    def x5c(self) -> list[str]:
        """The whole chain, as RFC 7515 section 4.1.6 writes it."""
        chain = (self.certificate, *self.chain)
        return [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in chain]

    def assertion(
        self,
        client: str,
        audience: str,
        algorithm: str = "PS256",
        headers: dict[str, Any] | None = None,
        /,
        **changes: object,
    ) -> str:
        """A good assertion, unless something is changed; a claim changed to None is left out."""
        now = time.time()
        claims = {
            "iss": client,
            "sub": client,
            "aud": audience,
            "nbf": now,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
        }
        wanted = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(wanted, self.key, algorithm, self.header() if headers is None else headers)


def certified(name: str = "app", issuer: Certified | None = None, *, days: tuple[int, int] = (-1, 30)) -> Certified:
    """A certificate of that name, by `issuer` or by itself, valid from and until so many days from now."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Certified(built, key, (issuer.certificate, *issuer.chain) if issuer else ())
