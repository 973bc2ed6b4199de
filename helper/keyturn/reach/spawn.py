"""Becoming the daemon: detached from everything of the caller's but the listening socket and a chosen environment."""

from __future__ import annotations

import fcntl
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    import signal
    from collections.abc import Iterable, Mapping
    from typing import NoReturn
else:
    import _signal as signal  # the part in C: the enumerations in front of it take longer than all that is done here

PASSED_ON = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "HOME",
    "KEYTURN_CONFIG",
    "KEYTURN_LOG",
    "KEYTURN_STATE",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "TMPDIR",
    "TZ",
    "USER",
    "WAYLAND_DISPLAY",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)
"""The daemon outlives the shell that happened to start it, so it gets a chosen environment, not that shell's."""

BUNDLE_GIVEN = "KEYTURN_AUTHORITIES"
"""The bundle that `keyturn run` has made for a command: a daemon below it must not take that for the user's own."""
AUTHORITIES_BEFORE = "KEYTURN_SSL_CERT_FILE"
"""What SSL_CERT_FILE was before it."""

FIRST_PASSED = 3
"""The descriptor at which sd_listen_fds(3) looks for the first socket."""
CLEAR = 10
"""Descriptors from here on collide neither with the standard streams, which a caller may have closed, nor with it."""


def spawn(listener: _socket.socket, path: str, secret_variables: Iterable[str]) -> None:
    """Start the daemon on `listener`, detached: its own session, /, no descriptor of ours.

    An inherited pipe would keep git waiting for its helper's output long after the helper left.
    """
    environment = chosen_environment(secret_variables)  # from where we are: some of it may be relative
    if (child := os.fork()) != 0:
        return _reap(child)
    try:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            _pass_on(listener)
            _let_go_of_streams()
            _execute(path, environment)
    finally:
        os._exit(1)


def _reap(child: int) -> None:
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        return  # whoever started us ignores SIGCHLD, and so do we: nothing to reap


def run_here(listener: _socket.socket, path: str, secret_variables: Iterable[str]) -> NoReturn:
    """Become the daemon in this process, on `listener`, logging to stderr."""
    _pass_on(listener)
    _execute(path, chosen_environment(secret_variables), "--foreground")


def _pass_on(listener: _socket.socket) -> None:
    """Put the listener where the daemon looks for it, and close what is neither it nor a standard stream."""
    os.dup2(fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD_CLOEXEC, CLEAR), FIRST_PASSED)
    for descriptor in own_descriptors():
        if descriptor > FIRST_PASSED:
            _close(descriptor)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        return  # the listing's own


def own_descriptors() -> list[int]:
    """What is open: counting up to the limit takes minutes where a container sets it to a thousand million."""
    return [int(name) for name in os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")]


def _let_go_of_streams() -> None:
    null = fcntl.fcntl(os.open(os.devnull, os.O_RDWR), fcntl.F_DUPFD_CLOEXEC, CLEAR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def chosen_environment(secret_variables: Iterable[str]) -> dict[str, str]:
    """What of our environment a daemon gets; the secret variables that the configuration names are among it."""
    chosen = {name: os.environ[name] for name in (*PASSED_ON, *secret_variables) if name in os.environ}
    chosen.pop("SSL_CERT_FILE", None)
    if directories := chosen.get("SSL_CERT_DIR"):
        chosen["SSL_CERT_DIR"] = os.pathsep.join(map(_absolute, directories.split(os.pathsep)))
    own = own_authorities(os.environ)
    return {**chosen, "SSL_CERT_FILE": own} if own else chosen


def own_authorities(environment: Mapping[str, str]) -> str | None:
    """SSL_CERT_FILE as it was before any `keyturn run`, whole: a daemon is in no directory of the user's."""
    found = environment.get("SSL_CERT_FILE")
    own = environment.get(AUTHORITIES_BEFORE) if found and found == environment.get(BUNDLE_GIVEN) else found
    return own and _absolute(own)


def _absolute(path: str) -> str:
    try:
        return os.path.abspath(path) if path else path
    except OSError:
        return path  # we stand in a directory that is gone


def _execute(path: str, environment: dict[str, str], *arguments: str) -> NoReturn:
    _receive_all_signals()
    environment |= {"KEYTURN_SOCKET": path, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    os.execve(sys.executable, [sys.executable, "-E", "-P", "-m", "keyturnd", *arguments], environment)


def _receive_all_signals() -> None:
    """What the caller blocked or ignored would stay so: a daemon deaf to SIGTERM, or to its children's end."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
