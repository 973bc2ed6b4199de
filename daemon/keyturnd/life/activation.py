"""The listening socket, which is always inherited: from our launcher, from systemd, or across a re-exec."""

from __future__ import annotations

import os
import socket
import stat
import sys
from typing import TYPE_CHECKING, NoReturn

from keyturn import hints
from keyturn.errors import DaemonUnavailable, UsageError
from keyturn.reach.paths import BACKLOG, socket_path

if TYPE_CHECKING:
    from pathlib import Path

FIRST = 3


def inherited_socket() -> socket.socket:
    """The one socket passed to us (sd_listen_fds(3)). Raises UsageError when there is none, or another kind."""
    if os.environ.pop("LISTEN_PID", "") != str(os.getpid()) or os.environ.pop("LISTEN_FDS", "") != "1":
        raise UsageError("keyturnd is started by keyturn, not by hand", hints.run_daemon())
    try:
        listener = socket.socket(fileno=FIRST)
        listens = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError:
        raise UsageError("descriptor 3 is not a socket", hints.run_daemon()) from None
    if (listener.family, listener.type) != (socket.AF_UNIX, socket.SOCK_STREAM) or not listens:
        raise UsageError("descriptor 3 is not a listening Unix stream socket", hints.run_daemon())
    listener.listen(BACKLOG)  # once more: callers learn the pid of who did it last (unix(7), SO_PEERCRED)
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener


def is_lent() -> bool:
    """Whether systemd passed the socket and keeps it: then it is not ours to unlink. Our launcher names nothing."""
    return "LISTEN_FDNAMES" in os.environ


def path_of(listener: socket.socket) -> str:
    """Where clients find us. Our launcher binds through a descriptor, so that only systemd's sockets know their name.

    Raises UsageError as keyturn.reach.paths.socket_path does.
    """
    name = listener.getsockname()
    return name if is_lent() and isinstance(name, str) and name.startswith("/") else socket_path()


def still_ours(path: str, identity: tuple[int, int] | None) -> bool:
    """Whether `path` still leads to the socket we serve, and not to nothing or to another daemon's."""
    return identity is not None and identity_of(path) == identity


def identity_of(path: str) -> tuple[int, int] | None:
    """Device and inode of the socket at `path`, None where there is none."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISSOCK(status.st_mode) else None


def exec_again(listener: socket.socket) -> NoReturn:
    """Become the daemon of the installed version, on the same socket: nobody who connects meanwhile notices.

    Raises DaemonUnavailable when there is no interpreter any more.
    """
    os.set_inheritable(listener.fileno(), True)
    os.dup2(listener.fileno(), FIRST)
    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    try:
        os.execve(sys.executable, [sys.executable, "-E", "-P", "-m", "keyturnd", *sys.argv[1:]], environment)
    except OSError as error:
        raise DaemonUnavailable(f"cannot run {sys.executable}: {error.strerror}", hints.run_daemon()) from None


def package_stamp(module: Path) -> tuple[int, ...] | None:
    """What changes when an upgrade replaces the code `module` is of; None while it is being replaced."""
    try:
        status = module.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino, status.st_mtime_ns)
