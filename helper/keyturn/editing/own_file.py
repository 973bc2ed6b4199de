"""A file of the user's, changed as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from keyturn import moves, shell
from keyturn.errors import Refused
from keyturn.reach.launch import locked
from keyturn.reach.paths import nearest
from keyturn.signals import PutOff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.kinds_of_hints import Command

SIZE_LIMIT = 1 << 20
PATIENCE = 2.0
"""Seconds: a look and a renaming take a thousandth, and a disk that has to be waited for some tenths."""
PRIVATE = 0o600


class OwnFile:
    """The file at `path`, or at the end of the links there: a dotfile manager's link shall survive.

    text: its content, empty where there is no file. Raises Refused for one that is not ours to change.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _explained(path):
            self._target = path.resolve()
            if self._target.is_symlink():  # Python 3.13 resolves links that go in circles to themselves
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            self._before = self._status()
            if path.is_symlink() and not self._target.parent.is_dir():
                raise Refused(f"{path} leads to {self._target}, and there is no such directory", _listing(path))
            self.text = "" if self._before is None else self._read()

    def write(self, text: str) -> None:
        """Put `text` in its place: mode as it was, 0600 if new. Raises Refused, also if it changed meanwhile."""
        with _explained(self.path), PutOff():
            self._target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=f".{self._target.name}.", dir=self._target.parent)
            temporary = Path(name)
            try:
                self._fill(descriptor, text)
                with _locked(self._target.parent) as directory:
                    self._check_unchanged()
                    temporary.replace(self._target)
                    os.fsync(directory)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            self._before, self.text = self._status(), text

    @property
    def is_there(self) -> bool:
        """Whether there is a file at all."""
        return self._before is not None

    def missing_directories(self) -> list[str]:
        """The directories that `write` has to make, the innermost first."""
        return [str(parent) for parent in self._target.parents if not parent.exists()]

    def remove(self, directories: Iterable[str] = ()) -> None:
        """Have no file there, nor those of `directories` that are empty then. Raises Refused, also if it changed."""
        with _explained(self.path), _locked(self._target.parent) if self.is_there else contextlib.nullcontext():
            self._check_unchanged()
            self._target.unlink(missing_ok=True)
            self._before, self.text = None, ""
        with contextlib.suppress(OSError):
            for directory in directories:
                os.rmdir(directory)  # noqa: PTH106 - a text, as the record has it

    def _check_unchanged(self) -> None:
        if _identity(self._status()) != _identity(self._before):
            raise Refused(f"{self.path} was changed by another program meanwhile", moves.waiting.again())

    def _status(self) -> os.stat_result | None:
        try:
            status = self._target.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise Refused(f"{self.path} is not a file", _listing(self.path))
        if status.st_uid != os.geteuid():
            raise Refused(f"{self.path} belongs to uid {status.st_uid}, not to you", _listing(self._target))
        return status

    def _read(self) -> str:
        with self._target.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise Refused(f"{self.path} is larger than {SIZE_LIMIT} bytes", _listing(self.path))
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise Refused(f"{self.path} is not UTF-8", _listing(self.path)) from None

    def _fill(self, descriptor: int, text: str) -> None:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), PRIVATE if self._before is None else stat.S_IMODE(self._before.st_mode))
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


def _identity(status: os.stat_result | None) -> tuple[int, ...] | None:
    return None if status is None else (status.st_ino, status.st_mtime_ns, status.st_size)


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[int]:
    """Keep other keyturns from looking at a file before we replace it, and replacing ours after. Its descriptor.

    Whoever holds the lock for longer writes nothing (`flock DIRECTORY keyturn …`), and some file systems have none.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            locked(descriptor, PATIENCE)
        yield descriptor
    finally:
        os.close(descriptor)


def _listing(*paths: Path) -> Command:
    return shell.listing(*map(str, paths))


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """The system's refusals in a sentence. RuntimeError is pathlib's for links that go in circles (until 3.13)."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links go in circles"
        there = Path(nearest(str(path)))  # a directory that could not be made cannot be listed either
        shown = (path.parent, path) if there == path else (there,)
        hint = shell.reason_of(error, *map(str, shown)) if isinstance(error, OSError) else _listing(*shown)
        raise Refused(f"{path} cannot be used: {reason.lower()}", hint) from None
