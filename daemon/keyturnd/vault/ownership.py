"""What makes a file or directory private, and one sentence for each way the system says no."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keyturn import shell
from keyturn.errors import StateError
from keyturn.reach.paths import what_helps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def reasons(action: str, path: Path) -> Iterator[None]:
    """Turn the system's refusals inside the block into a StateError that says what could not be done, and why."""
    try:
        yield
    except OSError as error:
        raise cannot(action, path, error) from error


def cannot(action: str, path: Path, error: OSError) -> StateError:
    """`cannot write PATH: no space left on device`, with the command that shows why."""
    if error.errno == errno.ELOOP:
        return StateError(f"{path} is a symbolic link", shell.remove(str(path)))
    sentence = f"cannot {action} {path}: {reason(error)}"
    if error.errno == errno.EFBIG:
        return StateError(sentence, shell.lift_file_limit())
    return StateError(sentence, what_helps(error, str(path)))


def reason(error: OSError) -> str:
    """The system's own words, in our case and without the path."""
    return (error.strerror or type(error).__name__).lower()


def open_directory(path: Path) -> int:
    """A descriptor of a directory that is the user's and nobody else's. Raises StateError."""
    try:
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError:
        raise wrong_kind(path) from None
    except OSError as error:
        raise (wrong_kind(path) if error.errno == errno.ELOOP else cannot("open", path, error)) from error
    if (refusal := intrusion(path, os.fstat(directory), "directory")) is not None:
        os.close(directory)
        raise refusal
    return directory


def wrong_kind(path: Path) -> StateError:
    """Why `path` could not be opened as a directory; systems differ in the errno they give a symbolic link."""
    if path.is_symlink():
        fault, hint = "it is a symbolic link", shell.leads_to(str(path))
    else:
        fault, hint = "it is not a directory", shell.listing(str(path))
    return StateError(f"{path} is not a private directory of yours: {fault}", hint)


def open_file(directory: int, path: Path) -> int | None:
    """A descriptor for reading the private file `path`, whose directory is open; None if there is none.

    Raises StateError for a file of someone else, one that others can read or write, and whatever is no file.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with reasons("read", path):
        try:
            file = os.open(path.name, flags | os.O_NONBLOCK, dir_fd=directory)  # a FIFO must not hold us
        except FileNotFoundError:
            return None
    status = os.fstat(file)
    refusal = intrusion(path, status, "file")
    if not stat.S_ISREG(status.st_mode):
        refusal = StateError(f"{path} is not a file", shell.listing(str(path)))
    if refusal is not None:
        os.close(file)
        raise refusal
    return file


def intrusion(path: Path, status: os.stat_result, kind: str) -> StateError | None:
    """Why others could read or write `path`, None if they can't."""
    prefix = f"{path} is not a private {kind} of yours"
    if status.st_uid != os.geteuid():
        return StateError(f"{prefix}: owner is uid {status.st_uid}", shell.listing(str(path)))
    tighten = shell.make_private_directory if kind == "directory" else shell.make_private
    if (mode := stat.S_IMODE(status.st_mode)) & 0o077:
        return StateError(f"{prefix}: mode is {mode:04o}", tighten(str(path)))
    return None
