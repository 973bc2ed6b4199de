"""Reading a file whose words we obey: only if nobody but its owner and root can have written them."""

from __future__ import annotations

import errno
import os
import stat
from _operator import attrgetter

from keyturn import hints, moves, shell
from keyturn.errors import ConfigError, ConfigUnreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.kinds_of_hints import Hint

SIZE_LIMIT = 1 << 20
PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})
"""Our own or the machine's trouble, which says nothing about the file and passes (DESIGN 5.6)."""
# Without O_NONBLOCK a FIFO in the file's place would hang the daemon before it could be refused.
FILE_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

_WRITABLE_BY_OTHERS = 0o022
_stamp = attrgetter("st_dev", "st_ino", "st_mtime_ns", "st_size", "st_ctime_ns", "st_uid", "st_mode")


def read_trusted(path: str | Path) -> bytes | None:
    """The content of `path`, or None where there is no such file.

    Owner and mode are checked on the descriptor that is read, those of its directory on the descriptor it is
    opened through, so that nothing can be swapped in between. A symbolic link is followed (dotfile managers make
    them); whatever it leads to has to pass the same check.

    Raises ConfigError; ConfigUnreadable for trouble that is PASSING.
    """
    where, name = os.path.split(path)
    try:
        directory = os.open(where or ".", DIRECTORY_FLAGS)
        try:
            content = _read_checked(directory, name, where, path)
        finally:
            os.close(directory)
    except OSError as error:
        if error.errno == errno.ENOENT and not os.path.islink(path):  # noqa: PTH114 - pathlib is an import more
            return None
        sentence = f"{path} cannot be read: {_reason(error)}"
        if error.errno in PASSING:
            raise ConfigUnreadable(sentence, until_it_passes(error)) from None
        raise ConfigError(sentence, shell.listing(where, str(path))) from None
    if len(content) > SIZE_LIMIT:
        raise ConfigError(f"{path} is larger than {SIZE_LIMIT} bytes", shell.size(str(path)))
    return content


def until_it_passes(error: OSError) -> Hint:
    """What helps where `error` is PASSING: another daemon has its descriptors free, all else is the machine's."""
    return hints.restart_daemon() if error.errno == errno.EMFILE else moves.waiting.again()


def _read_checked(directory: int, name: str, where: str, path: str | Path) -> bytes:
    descriptor = os.open(name, FILE_FLAGS, dir_fd=directory)
    try:
        _check(os.fstat(directory), os.fstat(descriptor), where, path)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)


def file_stamp(path: str | Path) -> tuple[int, ...] | None:
    """What changes whenever a new `read_trusted` could end differently, or None where there is no file to look at.

    Beside device, inode, mtime (nanoseconds) and size: ctime, owner and mode, because the `chmod` our own hint asks
    for changes nothing else. What the directory adds is in `directory_stamp`.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - once a request: a Path takes twice as long
    except OSError:
        return None
    return _stamp(status)


def directory_stamp(path: str | Path) -> tuple[int, ...] | None:
    """The same of the directory that `path` is in: its owner and mode."""
    try:
        status = os.stat(os.path.dirname(path) or ".")  # noqa: PTH116, PTH120 - see above
    except OSError:
        return None
    return (status.st_uid, status.st_mode)


def _check(directory: os.stat_result, file: os.stat_result, where: str, path: str | Path) -> None:
    """Refuse what others own; then what others can write, file and directory in one error with one command."""
    places = ((directory, where), (file, path))
    for status, place in places:
        if status.st_uid not in {os.geteuid(), 0}:
            raise ConfigError(f"{place} is not yours: its owner is uid {status.st_uid}", shell.listing(str(place)))
    if not stat.S_ISREG(file.st_mode):
        raise ConfigError(f"{path} is not a regular file", shell.listing(str(path)))
    writable = [(status, place) for status, place in places if status.st_mode & _WRITABLE_BY_OTHERS]
    if writable:
        faults = (f"{place} can be written by others: its mode is {_mode(status)}" for status, place in writable)
        hint = shell.keep_others_from_writing(*(str(place) for _, place in writable))
        raise ConfigError(", and ".join(faults), hint)


def _mode(status: os.stat_result) -> str:
    return f"{stat.S_IMODE(status.st_mode):04o}"


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "it is a symbolic link to nothing"
    return (error.strerror or "unknown reason").lower()
