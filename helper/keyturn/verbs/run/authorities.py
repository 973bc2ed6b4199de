"""Whom a command is to trust that reaches an AWX with a private CA, and everything else with the system's.

requests replaces its list by what REQUESTS_CA_BUNDLE names, OpenSSL its file by SSL_CERT_FILE, and both would then
trust the private CA alone (reference/awx.md section 5). So they are given one file with all of them in it.
"""

from __future__ import annotations

import os

from keyturn import shell
from keyturn.errors import ConfigError
from keyturn.signals import PutOff
from keyturn.verbs.run.runtime import runtime_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
"""What requests, OpenSSL's own look-up and Go, and curl read."""
SYSTEMS = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)
BEGIN = b"-----BEGIN CERTIFICATE-----"


def trusting(ca_file: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with a bundle of `ca_file` and what its commands trust already; as it is without a `ca_file`.

    A daemon that is started below the command goes on with what was trusted before (keyturn.reach.spawn): the
    private CA of one server must not vouch for every provider. Raises ConfigError and StateError.
    """
    if ca_file is None:
        return dict(environment)
    from keyturn.reach import spawn  # noqa: PLC0415 - only where there is one

    before = spawn.own_authorities(environment)
    bundle = _bundle(ca_file, _first(environment.get(NAMES[0]), before))
    kept = {spawn.BUNDLE_GIVEN: bundle} | ({spawn.AUTHORITIES_BEFORE: before} if before else {})
    return {**environment, **dict.fromkeys(NAMES, bundle), **kept}


def _first(*known: str | None) -> str | None:
    """The first of `known` that holds certificates, else of the system's."""
    return next((path for path in (*known, *SYSTEMS) if path and BEGIN in _read(path)), None) or _openssls()


def _openssls() -> str | None:
    import ssl  # noqa: PLC0415 - where the system's are, if they are nowhere we know

    return ssl.get_default_verify_paths().cafile


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is an import that a warm run does not pay
            return file.read()
    except OSError:
        return b""


def _bundle(ca_file: str, system: str | None) -> str:
    """The path of a file of both in the runtime directory, named by what it is made of: commands share it.

    It stays, as the command takes our place and nobody is left to remove it; there is nothing secret in it.
    """
    with runtime_directory() as (where, directory):
        name = f"authorities-{'-'.join(_stamp(path) for path in (system, ca_file) if path)}.pem"
        if not _is_there(name, directory):
            with PutOff():
                _write(name, directory, (_read(system) if system else b"") + b"\n" + _own(ca_file))
    return f"{where}/{name}"


def _stamp(path: str) -> str:
    """What is another one for another file, or another content."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        sentence = f"cannot read the certificate authorities in {path}: {reason}"
        raise ConfigError(sentence, shell.listing(path)) from None
    return f"{found.st_ino:x}.{found.st_size:x}.{found.st_mtime_ns:x}"


def _own(ca_file: str) -> bytes:
    content = _read(ca_file)
    if BEGIN not in content:
        raise ConfigError(f"{ca_file} holds no PEM certificate", shell.kind_of(ca_file))
    return content


def _is_there(name: str, directory: int) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(name: str, directory: int, content: bytes) -> None:
    """Whole or not at all: others may be about to read it."""
    temporary = f".{name}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=directory), "wb") as file:
        file.write(content)
    os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
