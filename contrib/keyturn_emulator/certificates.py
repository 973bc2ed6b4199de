"""A certificate authority of the emulator's own, and one server certificate for the loopback names.

The certificates hold under OpenSSL's strict checks (X509_V_FLAG_X509_STRICT, the default of Python 3.13):
critical basic constraints, key usage, subject and authority key identifiers. The authority's private key is
never written: once the server certificate is signed it is gone, so a ca.pem that somebody goes on trusting
can sign nothing more.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOOPBACK_NAMES = ("127.0.0.1", "::1", "localhost")
LIFETIME = timedelta(days=30)
# Clocks of containers lag; a certificate of the future would be refused.
BACKDATED = timedelta(hours=1)


@dataclass(frozen=True)
class Certificates:
    """Where the PEM files are. `names` are the hosts the server certificate stands for."""

    ca_file: Path
    server_file: Path
    key_file: Path
    names: tuple[str, ...]


def create(directory: Path, extra_names: Sequence[str] = ()) -> Certificates:
    """Write ca.pem, server.pem and server.key (0600) into `directory`, which exists and is private."""
    names = (*LOOPBACK_NAMES, *extra_names)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _sign_ca(ca_key)
    key = ec.generate_private_key(ec.SECP256R1())
    server = _sign_server(key, names, ca, ca_key)
    made = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key", names)
    write_private(made.ca_file, ca.public_bytes(serialization.Encoding.PEM))
    write_private(made.server_file, server.public_bytes(serialization.Encoding.PEM))
    write_private(made.key_file, _private_pem(key))
    return made


def thumbprint(made: Certificates) -> str:
    """SHA-1 of the server certificate, in hexadecimal: how Service Fabric's callers know it."""
    server = x509.load_pem_x509_certificate(made.server_file.read_bytes())
    return server.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - the protocol's choice


def write_private(path: Path, content: bytes) -> None:
    """Write `content` to a file that only its owner can read, from the first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _sign_ca(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keyturn emulator authority (one run)")])
    public = key.public_key()
    return (
        _builder(name, name, public)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _sign_server(
    key: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keyturn emulator")])
    return (
        _builder(subject, ca.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
