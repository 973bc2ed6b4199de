"""Where an application's certificate is, and how its assertions are signed. Names of places, never a key."""

from __future__ import annotations

import re
from typing import Literal, cast

import msgspec

from keyturn import moves
from keyturn.home import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

Algorithm = Literal["PS256", "RS256"]

KEYS = {
    "certificate": "certificate",
    "certificate_key": "certificate",
    "certificate_thumbprint": "certificate",
    "certificate_directory": "certificate",
    "certificate_algorithm": "certificate",
    "send_x5c": "certificate",
}
EXCLUSIVE = (
    ("certificate", "certificate_thumbprint"),
    ("certificate", "certificate_directory"),
    ("certificate_key", "certificate_thumbprint"),
)
DIRECTORY = "certificates"
"""Beside config.toml, where nothing else is said."""
DOTNET_STORE = ".dotnet/corefx/cryptography/x509stores/my"
"""Below the home: what PowerShell on Linux calls Cert:\\CurrentUser\\My (OpenSslDirectoryBasedStoreProvider.cs of
dotnet/runtime), one PFX without a passphrase for each certificate."""

_THUMBPRINT = r"[0-9a-f]{40}|[0-9a-f]{64}"
_EXAMPLE_THUMBPRINT = '"0123456789ABCDEF0123456789ABCDEF01234567"'
_EXAMPLE_FILE = '"~/.config/keyturn/certificates/app.pem"'


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="certificate"):
    """A certificate with its key: in `file`, or the one with `thumbprint` in one of `directories`."""

    file: str | None = None
    """PEM or PFX; an absolute path like all here."""
    key_file: str | None = None
    """The key in PEM, where `file` holds the certificate alone."""
    thumbprint: str = ""
    """SHA-1 or SHA-256 in lower-case hexadecimal digits."""
    directories: tuple[str, ...] = ()
    send_x5c: bool = False
    """Whether assertions carry the whole chain, as trust in an issuer and a subject takes it."""
    algorithm: Algorithm = "PS256"
    """PS256 names the certificate by SHA-256, as Entra asks; RS256 by SHA-1, as AD FS takes it."""


def read_certificate(table: Table) -> Certificate | None:
    """The certificate that `table` names, None where it names none. Raises ConfigError."""
    file, thumbprint = table.path("certificate"), _thumbprint(table)
    if file is None and thumbprint == "":
        for key in KEYS:
            if key in table.values:
                raise table.mistake(
                    key, "there is no certificate", moves.configuration.example(f"certificate = {_EXAMPLE_FILE}")
                )
        return None
    algorithm = table.choice("certificate_algorithm", ("PS256", "RS256")) or "PS256"
    return Certificate(
        file=file,
        key_file=table.path("certificate_key"),
        thumbprint=thumbprint,
        directories=_directories(table) if thumbprint else (),
        send_x5c=table.flag("send_x5c", default=False),
        algorithm=cast("Algorithm", algorithm),
    )


def required_certificate(table: Table) -> Certificate:
    """The same, for a flow that cannot be without one."""
    found = read_certificate(table)
    if found is None:
        raise table.expected("certificate", "a file, or certificate_thumbprint", _EXAMPLE_FILE)
    return found


def _thumbprint(table: Table) -> str:
    """Windows shows it in capitals, openssl with colons, some tools with blanks."""
    found = table.text("certificate_thumbprint", "a thumbprint", _EXAMPLE_THUMBPRINT)
    if found is None:
        return ""
    plain = re.sub(r"[: ]", "", found).lower()
    if not re.fullmatch(_THUMBPRINT, plain):
        raise table.expected(
            "certificate_thumbprint", "SHA-1 or SHA-256 in 40 or 64 hexadecimal digits", _EXAMPLE_THUMBPRINT
        )
    return plain


def _directories(table: Table) -> tuple[str, ...]:
    named = table.path("certificate_directory")
    return (str(table.file.parent / DIRECTORY), f"{home()}/{DOTNET_STORE}") if named is None else (named,)
