"""Start the daemon exactly once, however many ask at the same moment.

The launcher binds the socket itself, under a lock, and hands it over the way systemd's socket activation does
(sd_listen_fds(3)). So there is one activation path, and no moment at which somebody could connect to nothing:
the first request waits in the socket's backlog while the daemon starts.
"""

from __future__ import annotations

import _socket
import fcntl
import os
import stat
import time

from keyturn import hints, shell
from keyturn.errors import DaemonUnavailable
from keyturn.reach import client
from keyturn.reach.paths import (
    BACKLOG,
    LOCK_NAME,
    check_log_level,
    config_path,
    open_private_directory,
    socket_path,
    state_path,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

LOCK_PATIENCE = 8.0
"""Seconds to wait for another launcher. Binding and forking take milliseconds; gpg-agent's clients allow 8 s too."""


def running(path: str | None = None) -> _socket.socket:
    """A connection to the daemon that runs. Raises keyturn.reach.client.NotRunning when none does."""
    path = path or socket_path()
    try:
        directory = open_private_directory(os.path.dirname(path))
    except FileNotFoundError:
        raise client.NotRunning from None
    try:
        return client.connect(directory, path)
    finally:
        os.close(directory)


def find() -> _socket.socket:
    """A connection to the daemon of our socket or, if none runs there, to the one that holds our state.

    Raises keyturn.reach.client.NotRunning when there is neither.
    """
    path = socket_path()
    try:
        return running(path)
    except client.NotRunning:
        if (elsewhere := _holder_of_state(path)) is None:
            raise
        return elsewhere


def connect_or_start(secret_variables: Callable[[], Iterable[str]] = tuple) -> _socket.socket:
    """A connection to the daemon, which is started first if need be.

    `secret_variables` names the environment variables that the configuration wants passed on besides PASSED_ON; it
    is called only when a daemon has to be started.

    Raises DaemonUnavailable, Refused or StateError (see keyturn.reach.client.connect and keyturn.reach.paths).
    """
    try:
        return find()
    except client.NotRunning:
        config_path()  # where it cannot be, the daemon could not say to anybody
        check_log_level()
        return _start(socket_path(), secret_variables())


def insist(
    request: client.Request,
    secret_variables: Callable[[], Iterable[str]],
    on_event: Callable[[client.Event], None] | None = None,
    *,
    creates: bool = False,
) -> client.Reply:
    """The daemon's answer to `request`; the daemon is started first if need be.

    Asks a second time when the first daemon was just leaving, for idleness or an upgrade; not if it `creates`
    something, which the first may have done before it was killed. Raises as `connect_or_start` and
    keyturn.reach.client.exchange do, but never NotRunning.
    """
    for _ in range(1 if creates else 2):
        try:
            return client.exchange(connect_or_start(secret_variables), request, on_event)
        except client.NotRunning:
            continue
    raise DaemonUnavailable("the daemon left without an answer", hints.run_daemon())


def _holder_of_state(path: str) -> _socket.socket | None:
    """A connection to the daemon that holds our state directory under another socket, if there is one.

    Two shells with different XDG_RUNTIME_DIRs (a login, a cron job) must meet at one daemon: one writer per state.
    """
    try:
        with open(f"{state_path()}/holder.json", "rb", opener=_not_waiting) as file:
            note = file.read(1 << 16)
    except OSError:
        return None
    import json  # noqa: PLC0415 - a daemon that left has taken its note along: most find none

    try:
        holder = json.loads(note)
        if holder["host"] == os.uname().nodename and holder["socket"] != path:
            return running(holder["socket"])
    except (OSError, ValueError, TypeError, KeyError, client.NotRunning):
        pass  # no holder, a damaged note, or a dead one: the state lock itself decides, in the daemon
    return None


def _not_waiting(path: str, flags: int) -> int:
    """A FIFO in the file's place must not hold us."""
    return os.open(path, flags | os.O_NONBLOCK)


def _start(path: str, secret_variables: Iterable[str]) -> _socket.socket:
    from keyturn.reach.spawn import spawn  # noqa: PLC0415 - most find a daemon

    where = os.path.dirname(path)
    directory = open_private_directory(where, create=True)
    try:
        lock = _lock(directory, where)
        try:
            return client.connect(directory, path)
        except client.NotRunning:
            listener = _bind(directory, path)
            spawn(listener, path, secret_variables)
            listener.close()
            return client.connect(directory, path)
        finally:
            os.close(lock)
    except client.NotRunning:
        raise DaemonUnavailable("the daemon left as soon as it was started", hints.run_daemon()) from None
    finally:
        os.close(directory)


def run_in_foreground(secret_variables: Iterable[str]) -> NoReturn:
    """Become the daemon here, logging to stderr. Raises DaemonUnavailable when one runs already."""
    from keyturn.reach.spawn import run_here  # noqa: PLC0415 - see above

    path = socket_path()
    check_log_level()
    if (elsewhere := _holder_of_state(path)) is not None:
        elsewhere.close()
        raise _running_already()
    where = os.path.dirname(path)
    directory = open_private_directory(where, create=True)
    lock = _lock(directory, where)
    try:
        client.connect(directory, path).close()
    except client.NotRunning:
        listener = _bind(directory, path)
    else:
        raise _running_already()
    finally:
        os.close(lock)
        os.close(directory)
    run_here(listener, path, secret_variables)


def _running_already() -> DaemonUnavailable:
    return DaemonUnavailable("a daemon is running already", hints.stop_daemon())


def hold_lock(directory: int, name: str, patience: float) -> int | None:
    """The lock on the file `name` of `directory`, held until the descriptor returned is closed.

    None: others have held it for `patience` seconds.
    """
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=directory)
    if locked(descriptor, patience):
        return descriptor
    os.close(descriptor)
    return None


def locked(descriptor: int, patience: float) -> bool:
    """Whether what is open there is ours alone now: not where others have it locked for `patience` seconds."""
    deadline, pause = time.monotonic() + patience, 0.001
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 2, 0.1)
        else:
            return True


def _lock(directory: int, where: str) -> int:
    lock = hold_lock(directory, LOCK_NAME, LOCK_PATIENCE)
    if lock is None:
        raise DaemonUnavailable(
            "another process has been starting the daemon for too long", shell.users_of(f"{where}/{LOCK_NAME}")
        )
    return lock


def _bind(directory: int, path: str) -> _socket.socket:
    """A listening socket at `path`; what a dead daemon left there is replaced, anything else refused."""
    name, where = os.path.basename(path), os.path.dirname(path)
    try:
        mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
    except FileNotFoundError:
        pass
    else:
        if not stat.S_ISSOCK(mode):
            raise DaemonUnavailable(f"{where}/{name} is not a socket", shell.remove(f"{where}/{name}"))
        os.unlink(name, dir_fd=directory)
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    before = os.umask(0o077)
    try:
        listener.bind(client.below(directory, path))
    except OSError as error:
        raise DaemonUnavailable(
            f"cannot bind {where}/{name}: {error.strerror or error}", shell.reason_of(error, where)
        ) from None
    finally:
        os.umask(before)
    listener.listen(BACKLOG)
    return listener
