"""Reading a file that holds a secret of its owner's: only if nobody else can read it."""

from __future__ import annotations

import os
import stat

import msgspec

from keyturn import shell
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import ConfigError, StateError

SIZE_LIMIT = 64 << 10


class OwnFile(msgspec.Struct, frozen=True):
    """A file's content, and what its descriptor said of it. Secret."""

    path: str
    content: bytes
    mode: int

    def __repr__(self) -> str:
        return f"OwnFile({self.path!r})"

    def check_private(self) -> None:
        """Raises ConfigError when others may read or write it."""
        if self.mode & 0o077:
            mode = f"{stat.S_IMODE(self.mode):04o}"
            sentence = f"{self.path} may be read or written by others (mode {mode})"
            raise ConfigError(sentence, shell.make_private(self.path))


def read_own(path: str, what: str) -> OwnFile:
    """The file at `path`, which holds `what` (with its article, for the sentence of an error).

    Raises ConfigError when it is missing, too large, not a file, or another user's, StateError for trouble of ours
    or the machine's, which passes.
    """
    try:
        return _read(path)
    except OSError as error:
        sentence = f"cannot read {what} in {path}: {error.strerror}"
        if error.errno in PASSING:
            raise StateError(sentence, until_it_passes(error)) from None
        raise ConfigError(sentence, shell.listing(path)) from None


def _read(path: str) -> OwnFile:
    # Not blocking: a FIFO in its place must not hang us.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        _check(path, status)
        return OwnFile(path, os.read(descriptor, SIZE_LIMIT + 1), status.st_mode)
    finally:
        os.close(descriptor)


def _check(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{path} is not a file", shell.listing(path))
    if status.st_uid not in {0, os.geteuid()}:
        raise ConfigError(f"{path} belongs to uid {status.st_uid}", shell.listing(path))
    if status.st_size > SIZE_LIMIT:
        raise ConfigError(f"{path} exceeds {SIZE_LIMIT >> 10} KiB", shell.size(path))
