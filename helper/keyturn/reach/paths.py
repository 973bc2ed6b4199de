"""Where the socket, the state and the configuration live, and when a directory is safe to use.

The rule for the socket is the same in the C helper (`helper/native/`); both run the vectors in
`tests/vectors/helper/`.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

from keyturn import shell
from keyturn.errors import StateError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.kinds_of_hints import Hint

    Variable = Callable[[str], str | None]

LOG_LEVELS = ("error", "info", "debug")
XDG = {
    "user_state_path": ("XDG_STATE_HOME", ".local/state"),
    "user_config_path": ("XDG_CONFIG_HOME", ".config"),
}
"""The variable that names the platform's directory, and where below HOME it is without (XDG base directories)."""
BY_XDG = sys.platform == "linux"
LOCK_NAME = "launch.lock"
"""Beside the socket; held by whoever binds or removes it."""
BACKLOG = 512
"""A parallel fetch of many repositories connects at once; a full backlog would make callers wait one by one."""
DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def socket_path() -> str:
    """The absolute path of the daemon's socket.

    KEYTURN_SOCKET, else a `keyturn` directory in the user's runtime directory, else one below HOME that no other
    machine sharing that HOME uses. A runtime directory that is not ours is passed over: `su` and `sudo` leave the
    other user's XDG_RUNTIME_DIR behind (systemd #2130).

    Raises UsageError when KEYTURN_SOCKET is not absolute.
    """
    named = os.environ.get("KEYTURN_SOCKET")
    if named:
        if not named.startswith("/") or named.endswith("/"):
            raise UsageError(
                f"KEYTURN_SOCKET is {named!r}, expected an absolute path of a socket", shell.unset("KEYTURN_SOCKET")
            )
        return named
    for runtime in (os.environ.get("XDG_RUNTIME_DIR"), f"/run/user/{os.geteuid()}"):
        if runtime and runtime.startswith("/") and _is_ours(runtime):
            return os.path.join(runtime, "keyturn", "socket")
    from keyturn.home import own_home  # noqa: PLC0415 - the last resort

    return os.path.join(own_home(), ".local", "state", "keyturn", f"run-{os.uname().nodename}", "socket")


def _own_home() -> str:
    from keyturn.home import own_home  # noqa: PLC0415 - most of what starts a daemon names no place

    return own_home()


def state_path(variable: Variable = os.environ.get, home: Callable[[], str] = _own_home) -> str:
    """Where vault and log live: KEYTURN_STATE, else the platform's user state directory.

    Raises UsageError where that is not UTF-8, as all is that names it: the daemon's note of itself, its answers.
    """
    return _nameable(_place("KEYTURN_STATE", "user_state_path", variable, home), "state")


def _nameable(path: str, what: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        from keyturn import moves  # noqa: PLC0415 - hardly anybody has such a home

        raise UsageError(f"the path of keyturn's {what} is not UTF-8", moves.machines.state_elsewhere()) from None
    return path


def state_directory() -> Path:
    """The same, for whoever works below it."""
    from pathlib import Path  # noqa: PLC0415 - a call that is answered at once does not pay for it

    return Path(state_path())


def config_path(variable: Variable = os.environ.get, home: Callable[[], str] = _own_home) -> str:
    """The configuration: KEYTURN_CONFIG, else config.toml in the platform's user configuration directory.

    Raises UsageError as state_path does.
    """
    if variable("KEYTURN_CONFIG"):
        return _nameable(_place("KEYTURN_CONFIG", "", variable, home), "configuration")
    return _nameable(os.path.join(_place("", "user_config_path", variable, home), "config.toml"), "configuration")


def callers_places(variable: Variable) -> tuple[str, str]:
    """Configuration and state of another process of ours, by its variables.

    By nothing else: its home may be on a server that does not answer, and here nobody waits. Raises UsageError where
    they do not tell.
    """

    def home() -> str:
        named = variable("HOME") or ""
        if not BY_XDG or not named.startswith("/"):
            raise UsageError("HOME does not tell where the configuration is", shell.unset("HOME"))
        return named

    return config_path(variable, home), state_path(variable, home)


def config_file() -> Path:
    """The same, for whoever reads it."""
    from pathlib import Path  # noqa: PLC0415 - see above

    return Path(config_path())


def check_log_level() -> None:
    """Raises UsageError where KEYTURN_LOG names no level: the daemon would log as if it were not there."""
    named = os.environ.get("KEYTURN_LOG")
    if named and named not in LOG_LEVELS:
        raise UsageError(f"KEYTURN_LOG is {named!r}, expected error, info or debug", shell.unset("KEYTURN_LOG"))


def open_private_directory(path: str, *, create: bool = False) -> int:
    """A descriptor of `path`, checked on the descriptor: a real directory, ours, closed to everybody else.

    With `create` a missing directory is made, mode 0700, with its parents.

    Raises FileNotFoundError when it is missing and not to be made, StateError when it is unsafe.
    """
    if create:
        _make_private(path)
    try:
        descriptor = os.open(path, DIRECTORY_FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unsafe(path, _why_not_directory(path, error)) from None
    status = os.fstat(descriptor)
    fault = None
    if status.st_uid != os.geteuid():
        fault = f"its owner is uid {status.st_uid}"
    elif status.st_mode & 0o077:
        fault = f"its mode is {stat.S_IMODE(status.st_mode):04o}"
    if fault is not None:
        os.close(descriptor)
        raise _unsafe(path, fault)
    return descriptor


def _place(name: str, platform_default: str, variable: Variable, home: Callable[[], str]) -> str:
    named = variable(name) if name else None
    if named:
        if not named.startswith("/"):
            raise UsageError(f"{name} is {named!r}, expected an absolute path", shell.unset(name))
        return _as_pathlib(named)
    name, below_home = XDG[platform_default]
    named = variable(name) or ""
    if BY_XDG and named.startswith("/"):  # the specification passes over any other
        return _as_pathlib(f"{named}/keyturn")
    found = home()
    if BY_XDG:
        return _as_pathlib(f"{found}/{below_home}/keyturn")
    import platformdirs  # noqa: PLC0415 - it takes longer than all the rest: not where its rule is this short

    return str(getattr(platformdirs, platform_default)("keyturn", appauthor=False))


def _as_pathlib(path: str) -> str:
    """An absolute path as pathlib would write it, for daemon and caller to compare: no `//`, no `/./`, `..` stays."""
    lead = "//" if path.startswith("//") and not path.startswith("///") else "/"
    return lead + "/".join(part for part in path.split("/") if part not in {"", "."})


def _is_ours(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _make_private(path: str) -> None:
    before = os.umask(0o077)
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except FileExistsError:
        return  # a file or a dangling link: the open says so
    except OSError as error:
        raise StateError(f"cannot create {path}: {error.strerror}", what_helps(error, path)) from None
    finally:
        os.umask(before)


def what_helps(error: OSError, path: str) -> Hint:
    """Against what keeps us from writing at `path`.

    A listing would show a directory of the user's own, and nothing amiss, where only the mount forbids it.
    """
    if error.errno != errno.EROFS:
        return shell.reason_of(error, nearest(path))
    from keyturn import moves  # noqa: PLC0415 - see state_path

    return moves.machines.writable_places()


def nearest(path: str) -> str:
    """What is there of `path`, and not hidden from us: a listing can show it; of a relative one our own place."""
    while not os.path.lexists(path):
        path = os.path.dirname(path) or "."
    return path


def _why_not_directory(path: str, error: OSError) -> str:
    if os.path.islink(path):
        return "it is a symbolic link"
    if error.errno == errno.ENOTDIR:
        return "it is not a directory"
    return f"it cannot be opened: {error.strerror}"


def _unsafe(path: str, fault: str) -> StateError:
    remedy = shell.make_private_directory(path) if "mode" in fault else shell.listing(nearest(path))
    return StateError(f"{path} is not a private directory of yours: {fault}", remedy)
