"""One writer per state directory, and who it is.

The lock is an flock on `lock`, held for life: the kernel drops it with the process, however that ends. Who holds
it stands beside it in `holder.json`, `{"host":…,"pid":…,"socket":…}`, for launchers: home directories are shared
between hosts, sockets are not.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import msgspec

from keyturn import hints, shell
from keyturn.errors import StateError
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.ownership import reasons

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.kinds_of_hints import Command

LOCK_FILE = "lock"
HOLDER_FILE = "holder.json"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What a disk without room answers; it may have some again in a minute."""


class Holder(msgspec.Struct, frozen=True):
    """The daemon that has the state directory."""

    host: str
    socket: str
    pid: int


class HolderElsewhere(StateError):
    """Another daemon has the state directory. `host` and `socket` are None while it has not said so yet."""

    def __init__(self, state_directory: Path, holder: Holder | None, ours: Path | None = None) -> None:
        """ours: the socket of the daemon that wants it. Whoever has left that is ending, and hears no command."""
        self.holder = holder
        self.host = holder.host if holder else None
        self.socket = holder.socket if holder else None
        who = f"the daemon with pid {holder.pid} on {holder.host}" if holder else "another daemon"
        if holder is not None and holder.host == socket.gethostname() and holder.socket == str(ours):
            super().__init__(
                f"{state_directory} is still in use by {who}, which is ending", shell.process(holder.pid)
            )
        else:
            super().__init__(f"{state_directory} is in use by {who}", stop_command(holder))


def stop_command(holder: Holder | None) -> Command:
    """How to stop that daemon, from here."""
    if holder is None:
        return hints.stop_daemon()
    return hints.stop_other_daemon(holder.socket, None if holder.host == socket.gethostname() else holder.host)


class StateLock:
    """Held from `acquire` to `release` or to the end of the process."""

    def __init__(self, files: PrivateDirectory, lock: int) -> None:
        self._files = files
        self._lock = lock
        self._identity = identity_of(files.path / LOCK_FILE)
        self.unannounced: StateError | None = None
        """Why launchers cannot be told who holds it, if they cannot: a full disk must not end everything."""

    @classmethod
    def acquire(cls, state_directory: Path, socket_path: Path) -> Self:
        """Take the state directory (created if missing) or raise at once: HolderElsewhere, or another StateError."""
        files = PrivateDirectory(state_directory)
        lock = lock_file(state_directory, socket_path)
        held = cls(files, lock)
        try:
            files.sweep()
            held._announce(socket_path)
        except BaseException:
            held.release()
            raise
        return held

    def _announce(self, socket_path: Path) -> None:
        holder = Holder(host=socket.gethostname(), socket=str(socket_path), pid=os.getpid())
        try:
            # Not durable: it says nothing without the lock, which does not outlive a power cut.
            self._files.replace(HOLDER_FILE, msgspec.json.encode(holder) + b"\n", durable=False)
        except StateError as error:
            if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in FULL:
                raise
            self.unannounced = error
            with suppress(StateError):
                self._files.delete(HOLDER_FILE)  # a predecessor's would mislead

    def is_ours(self) -> bool:
        """Whether the lock we hold still is the one of this path: not once the directory was moved or replaced."""
        return self._identity is not None and identity_of(self._files.path / LOCK_FILE) == self._identity

    def release(self) -> None:
        """Give it up. The name goes before the lock: a successor's must not be removed."""
        with suppress(StateError):
            if self.is_ours():
                self._files.delete(HOLDER_FILE)
        os.close(self._lock)


def identity_of(path: Path) -> tuple[int, int] | None:
    """Device and inode of what is at `path`, None where there is nothing."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def lock_file(state_directory: Path, ours: Path | None = None) -> int:
    """The lock, taken: flock(2) on the descriptor returned, until that is closed.

    Raises HolderElsewhere, or another StateError on file systems without locks: a mere file in their place would stay
    behind after a kill -9.
    """
    path = state_directory / LOCK_FILE
    with reasons("lock", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise HolderElsewhere(state_directory, read_holder(state_directory), ours) from None
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def read_holder(state_directory: Path) -> Holder | None:
    """What the holder says about itself, None if nothing readable. It may be dead: only the lock tells."""
    try:
        content = PrivateDirectory(state_directory).read(HOLDER_FILE)
        return None if content is None else msgspec.json.decode(content, type=Holder)
    except (StateError, msgspec.DecodeError, UnicodeDecodeError):
        return None
