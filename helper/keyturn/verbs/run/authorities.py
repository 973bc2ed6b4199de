"""Whom a command is to trust that reaches an AWX with a private CA, and everything else with the system's.

requests replaces its list by what REQUESTS_CA_BUNDLE names, OpenSSL its file by SSL_CERT_FILE, and both would then
trust the private CA alone (reference/awx.md section 5). So they are given one file with all of them in it.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from pathlib import Path

from keyturn import shell
from keyturn.errors import ConfigError, StateError
from keyturn.reach import spawn
from keyturn.reach.paths import open_private_directory, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    before = spawn.own_authorities(environment)
    bundle = _written(_content(ca_file, environment.get(NAMES[0]), before))
    kept = {spawn.BUNDLE_GIVEN: bundle} | ({spawn.AUTHORITIES_BEFORE: before} if before else {})
    return {**environment, **dict.fromkeys(NAMES, bundle), **kept}


def _content(ca_file: str, *known: str | None) -> bytes:
    """`ca_file` and the first of `known` that can be read, else the system's."""
    try:
        own = Path(ca_file).read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        sentence = f"cannot read the certificate authorities in {ca_file}: {reason}"
        raise ConfigError(sentence, shell.listing(ca_file)) from None
    if BEGIN not in own:
        raise ConfigError(f"{ca_file} holds no PEM certificate", shell.kind_of(ca_file))
    return next(_readable(*known, *_system()), b"") + b"\n" + own


def _readable(*paths: str | None) -> Iterator[bytes]:
    for path in paths:
        try:
            content = Path(path).read_bytes() if path else b""
        except OSError:
            continue
        if BEGIN in content:
            yield content


def _system() -> tuple[str, ...]:
    found = ssl.get_default_verify_paths().cafile
    return (found, *SYSTEMS) if found else SYSTEMS


def _written(content: bytes) -> str:
    """The path of a file with `content` in the runtime directory, named by it: commands that run at once share it.

    It stays, as the command takes our place and nobody is left to remove it; there is nothing secret in it.
    """
    where = os.path.dirname(socket_path())  # noqa: PTH120 - as the socket's own code does
    name = f"authorities-{hashlib.sha256(content).hexdigest()[:16]}.pem"
    directory = open_private_directory(where, create=True)
    try:
        temporary = f".{name}.{os.getpid()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600, dir_fd=directory)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise StateError(f"cannot write to {where}: {reason}", shell.listing(where)) from None
    finally:
        os.close(directory)
    return f"{where}/{name}"
