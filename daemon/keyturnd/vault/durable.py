"""Files that nobody else can read and that survive a crash: the one way the daemon writes to its state.

Everything happens relative to the descriptor of a directory whose owner and mode were checked on that very
descriptor, so that nothing can be swapped in between. A file is replaced by rename, after its content and before
its name are forced to disk: after a crash it holds the old content or the new one, whole.
"""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING

from keyturn.errors import StateError
from keyturnd.vault.ownership import open_directory, open_file, reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEMPORARY_PREFIX = ".new-"
FILE_LIMIT = 4 << 20
"""Bytes. Nothing of ours comes near: what grew beyond is not ours, and the daemon's memory is."""


def no_step(_: str) -> None:
    """What happens between the steps of a write, outside of tests."""


class PrivateDirectory:
    """A directory of the user's that nobody else can enter, opened and checked anew for each operation.

    Missing parts of the path are created. Safe to use from several threads. Every method raises StateError.
    """

    def __init__(self, path: Path, *, step: Callable[[str], None] = no_step) -> None:
        """`step` is called with the name of each step of a write once it is done: where tests pull the plug."""
        self.path = path
        self._step = step
        self._renaming = Lock()
        if not os.path.lexists(path):  # a mkdir waits for a frozen file system though there is nothing to make
            with reasons("create", path), suppress(FileExistsError):
                path.mkdir(mode=0o700, parents=True)
        os.close(open_directory(path))

    def read(self, name: str) -> bytes | None:
        """The content of a file that must be ours alone, None if there is none."""
        with self._opened() as directory:
            if (file := open_file(directory, self.path / name)) is None:
                return None
            with reasons("read", self.path / name), os.fdopen(file, "rb") as stream:
                content = stream.read(FILE_LIMIT + 1)
        if len(content) > FILE_LIMIT:
            raise StateError(f"{self.path / name} is far larger than anything keyturn writes")
        return content

    def peek(self, name: str, limit: int) -> bytes:
        """The first bytes of a file, whoever else can read it; nothing if it cannot be read. Proves nothing."""
        with self._opened() as directory, suppress(OSError):
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
            try:
                return os.read(file, limit)
            finally:
                os.close(file)
        return b""

    def replace(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Make `content` the file's, durably: once this returns, it survives a power cut.

        Not so where it is not to be `durable`: that is not waited for, and a power cut may leave anything.
        """
        with self._new_file(name, content, durable=durable) as (directory, temporary):
            with self._renaming:
                os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            self._step("renamed")

    def create(self, name: str, content: bytes) -> bool:
        """Like `replace`; but False, and nothing is changed, if there is such a file, whoever was faster."""
        with self._new_file(name, content) as (directory, temporary):
            try:
                os.link(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            except FileExistsError:
                return False
            finally:
                os.unlink(temporary, dir_fd=directory)
        return True

    def rename_unchanged(self, name: str, content: bytes, new_name: str) -> bool:
        """Durably give a file another name, unless it no longer holds `content`: then False, and nothing is done."""
        with self._renaming:
            if self.read(name) != content:
                return False
            with self._opened() as directory, reasons("rename", self.path / name):
                os.rename(name, new_name, src_dir_fd=directory, dst_dir_fd=directory)
                synchronise_directory(directory)
        return True

    def delete(self, *names: str) -> None:
        """Durably remove files; one that isn't there is fine."""
        with self._opened() as directory:
            for name in names:
                with reasons("delete", self.path / name), suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=directory)
            with reasons("write", self.path):
                synchronise_directory(directory)

    def names(self) -> list[str]:
        """The names of everything in it, sorted."""
        with self._opened() as directory, reasons("list", self.path):
            return sorted(os.listdir(directory))  # noqa: PTH208 - a Path has no descriptor

    def sweep(self) -> None:
        """Remove what killed writers left half done. For the one writer of this directory, before it writes."""
        if leftovers := [name for name in self.names() if name.startswith(TEMPORARY_PREFIX)]:
            self.delete(*leftovers)

    @contextmanager
    def _new_file(self, name: str, content: bytes, *, durable: bool = True) -> Iterator[tuple[int, str]]:
        """(directory descriptor, temporary name) with `content` on disk; what the block does is made durable too."""
        temporary = f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}"
        with self._opened() as directory, reasons("write", self.path / name):
            try:
                self._write(directory, temporary, content, durable=durable)
                yield directory, temporary
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=directory)
                raise
            if durable:
                synchronise_directory(directory)
                self._step("durable")

    def _write(self, directory: int, temporary: str, content: bytes, *, durable: bool) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=directory), "wb", buffering=0) as file:
            self._step("created")
            remaining = memoryview(content)
            while remaining:
                remaining = remaining[file.write(remaining) :]
            self._step("written")
            if durable:
                synchronise_file(file.fileno())
                self._step("synchronised")

    @contextmanager
    def _opened(self) -> Iterator[int]:
        directory = open_directory(self.path)
        try:
            yield directory
        finally:
            os.close(directory)


def synchronise_file(file: int) -> None:
    """Force a file's content to disk; macOS's fsync stops at the drive's cache (fsync(2) there)."""
    if hasattr(fcntl, "F_FULLFSYNC"):
        fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    else:
        os.fsync(file)


def synchronise_directory(directory: int) -> None:
    """Force a directory's names to disk, where the file system has an operation for that (CIFS, some FUSE: none)."""
    try:
        os.fsync(directory)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
