"""What profiles prove themselves with: how it ends, and how somebody puts another in its place."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from simulation.timeline import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.machine import Machine
    from simulation.timeline import Event

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robot")])


class Credentials:
    """The secret of `ci`, the password of `tower`, and the certificate of `robot`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._ended: set[str] = set()
        self._certificate_ends = 0.0

    def is_good(self, profile: str) -> bool:
        """Whether what `profile` proves itself with is, and keyturn knows it."""
        if profile == "robot":
            return self._machine.clock.wall() < self._certificate_ends
        return profile not in self._ended

    def end_secret(self) -> None:
        """Entra takes it no longer."""
        self._machine.provider.world.change_secret(None)
        self._ended.add("ci")

    def end_password(self) -> None:
        """AWX takes it no longer."""
        self._machine.provider.world.awx.people.change_password("alice", None)
        self._ended.add("tower")

    async def replace_secret(self) -> None:
        """Somebody makes another one and tells keyturn."""
        await self._machine.entrust("ci", self._machine.provider.world.change_secret(None))
        self._ended.discard("ci")

    async def replace_password(self) -> None:
        """Somebody thinks of another one and tells keyturn."""
        await self._machine.entrust("tower", self._machine.provider.world.awx.people.change_password("alice", None))
        self._ended.discard("tower")

    def replace_certificate(self, event: Event) -> None:
        """A new one is registered in the place of the one before, and lies where that lay; nobody tells keyturn."""
        self._certificate_ends = math.floor(event.at + event.size)
        begins = self._machine.clock.wall() - DAY
        certificate = _put_in_place(self._machine.certificate, begins, self._certificate_ends)
        self._machine.provider.world.registry.service.certificates[:] = [certificate]


def _put_in_place(path: Path, begins: float, ends: float) -> x509.Certificate:
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
    """One for all: it is what takes long to make."""
    return rsa.generate_private_key(65537, 2048)


@cache
def _key_pem() -> bytes:
    return _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
