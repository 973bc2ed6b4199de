"""Certificates of the application, one after the other, under one key: it is what takes long to make."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robot")])


def put_in_place(path: Path, begins: float, ends: float) -> x509.Certificate:
    """A new one (UTC epoch seconds) with its key at `path`, in the place of the one before."""
    certificate = _certificate(begins, ends)
    beside = path.with_suffix(".new")
    beside.write_bytes(_key_pem() + certificate.public_bytes(serialization.Encoding.PEM))
    beside.replace(path)
    return certificate


def _certificate(begins: float, ends: float) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(int(begins), UTC))
        .not_valid_after(datetime.fromtimestamp(int(ends), UTC))
        .sign(_key(), hashes.SHA256())
    )


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def _key_pem() -> bytes:
    return _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
