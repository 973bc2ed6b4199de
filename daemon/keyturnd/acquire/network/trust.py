"""Whom to trust over TLS: the CA file or directory of the job, else the system's store."""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
from typing import TYPE_CHECKING, Any

from keyturn import moves
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import ConfigError, StateError
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.messages.identities import Network

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)
"""Where systems keep their bundle, for a Python whose OpenSSL was built to look elsewhere (standalone builds)."""


def context(network: Network) -> ssl.SSLContext:
    """A verifying client context. Raises Failed (configuration) when a named CA cannot be used."""
    if network.ca_file is None and network.ca_directory is None:
        return _system()
    try:
        if network.ca_directory is not None:
            os.scandir(network.ca_directory).close()  # OpenSSL takes a directory that is none without a word
        made = ssl.create_default_context(cafile=network.ca_file, capath=network.ca_directory)
    except ssl.SSLError:  # an OSError, whose number is OpenSSL's
        raise _unusable(network, "it holds no PEM certificate") from None
    except OSError as error:
        raise _unusable(network, error.strerror or "unknown reason", error) from None
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT  # a default since Python 3.13; private CAs that curl takes fail it
    return made


def _unusable(network: Network, reason: str, error: OSError | None = None) -> Failed:
    sentence = f"cannot use the certificate authorities in {network.ca_file or network.ca_directory}: {reason}"
    if error is not None and error.errno in PASSING:
        return Failed(StateError, sentence, until_it_passes(error))
    return Failed(ConfigError, sentence, moves.configuration.readable_ca())


class Pinned(ssl.SSLContext):
    """Trusts the one certificate with this SHA-1 (hexadecimal digits, any case), whoever it names.

    How Service Fabric has it: its certificates are self-signed, and a variable holds the thumbprint. It is looked at
    before the first byte of a request leaves.
    """

    thumbprint = ""

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """A connection to it. Raises SSLCertVerificationError when it is another."""
        wrapped = super().wrap_socket(*arguments, **options)
        presented = hashlib.sha1(wrapped.getpeercert(binary_form=True) or b"", usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(presented, self.thumbprint.lower()):
            wrapped.close()
            raise _another()
        return wrapped


def _another() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("another certificate")
    error.verify_code, error.verify_message = 0, "it is not the one whose thumbprint is known"
    return error


def pinned(thumbprint: str) -> ssl.SSLContext:
    """See Pinned."""
    made = Pinned(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.thumbprint = thumbprint
    return made


def _system() -> ssl.SSLContext:
    paths = ssl.get_default_verify_paths()
    if paths.cafile or _has_entries(paths.capath):
        return ssl.create_default_context()
    for bundle in BUNDLES:
        if os.path.exists(bundle):  # noqa: PTH110 - pathlib is not otherwise needed here
            return ssl.create_default_context(cafile=bundle)
    import certifi  # noqa: PLC0415 - only a system without any store pays for it

    return ssl.create_default_context(cafile=certifi.where())


def _has_entries(directory: str | None) -> bool:
    if directory is None:
        return False
    try:
        with os.scandir(directory) as entries:
            return any(entries)
    except OSError:
        return False
