"""The certificate that a profile names: by its file, or by its thumbprint in a directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from keyturn.configuration.private_files import OwnFile, read_own
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import ConfigError, StateError
from keyturn.shell import listing
from keyturnd.acquire.entra.authentication import pem
from keyturnd.acquire.entra.authentication.certified import Certified, of_pair, thumbprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cryptography import x509

    from keyturn.configuration.profiles.credentials.certificates import Certificate

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".key", ".pfx", ".p12"})
FILES_LIMIT = 500
"""Files of one directory that are looked into: whoever names / has made a mistake."""


class Locked(Exception):
    """A key in `file` takes a passphrase, and the one there is, if any, is wrong."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


class Read(NamedTuple):
    """A file and what is in it."""

    file: OwnFile
    found: pem.Found


def find(named: Certificate, passphrase: str | None) -> Certified:
    """The certificate that `named` tells of, with its key.

    Raises Locked, ConfigError where there is none or it is unusable, and StateError as read_own does.
    """
    if named.file is None:
        return _in_directories(named, passphrase)
    paths = [path for path in (named.file, named.key_file) if path is not None]
    return _pair([_read(read_own(path, "the certificate"), passphrase) for path in paths])


def _in_directories(named: Certificate, passphrase: str | None) -> Certified:
    """The one with the thumbprint; its key may be in another file there."""
    files = [file for directory in named.directories for file in _files(directory)]
    locked: list[str] = []
    for read in _readable(files, passphrase, locked):
        for certificate in read.found.certificates:
            if named.thumbprint in thumbprints(certificate):
                return _with_its_key(read, certificate, files, passphrase)
    if locked and passphrase is None:
        raise Locked(locked[0])
    raise ConfigError(
        f"no certificate with thumbprint {named.thumbprint} in {' or '.join(named.directories)}"
        + (f" ({locked[0]} cannot be opened)" if locked else ""),
        listing(*named.directories),
    )


def _with_its_key(read: Read, leaf: x509.Certificate, files: Iterable[OwnFile], passphrase: str | None) -> Certified:
    if read.found.keys:
        return _pair([read], leaf)
    if pem.holds_key(read.file.content):
        raise Locked(read.file.path)
    locked: list[str] = []
    for other in _readable(files, passphrase, locked):
        if any(key.public_key() == leaf.public_key() for key in other.found.keys):
            return _pair([read, other], leaf)
    if locked:
        raise Locked(locked[0])
    return _pair([read], leaf)


def _pair(files: list[Read], leaf: x509.Certificate | None = None) -> Certified:
    """The certificate out of `files`, the first of which is named where they do not fit."""
    for read in files:
        if read.found.bare:
            read.file.check_private()
    keys = [key for read in files for key in read.found.keys]
    try:
        return of_pair(keys, [one for read in files for one in read.found.certificates], leaf)
    except pem.Unreadable as error:
        raise ConfigError(f"{files[0].file.path} {error.why}", listing(files[0].file.path)) from None


def _read(file: OwnFile, passphrase: str | None) -> Read:
    try:
        return Read(file, pem.read(file.content, passphrase))
    except pem.Protected:
        raise Locked(file.path) from None
    except pem.Unreadable as error:
        raise ConfigError(f"{file.path} {error.why}", listing(file.path)) from None


def _readable(files: Iterable[OwnFile], passphrase: str | None, locked: list[str]) -> Iterator[Read]:
    """Each of `files` as far as it can be read; those that are `locked` are noted there."""
    for file in files:
        try:
            yield _read(file, passphrase)
        except Locked as error:
            locked.append(error.file)
            yield Read(file, pem.Found(pem.certificates_in(file.content)))
        except ConfigError:
            continue


def _files(directory: str) -> Iterator[OwnFile]:
    """What may hold certificates there; what cannot be read is passed over: it is not what was asked for."""
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208 - a name that is not UTF-8 is one, too
    except OSError as error:
        if error.errno in PASSING:
            raise StateError(f"cannot read {directory}: {error.strerror}", until_it_passes(error)) from None
        return
    for name in [name for name in names if Path(name).suffix.lower() in SUFFIXES][:FILES_LIMIT]:
        try:
            yield read_own(f"{directory}/{name}", "the certificate")
        except ConfigError:
            continue
