"""One request to the daemon over its socket. Standard library alone: every cold call pays these imports.

And of that the part in C: `socket` in front of it brings selectors and four enumerations, for a tenth of the time
that `keyturn run` takes.
"""

from __future__ import annotations

import _socket
import errno
import os
import time

from keyturn import hints, shell
from keyturn.errors import DaemonUnavailable, Refused
from keyturn.reach.replies import Event, NotRunning, Reply, read_reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ENVIRONMENT", "Event", "NotRunning", "Reply", "Request", "connect", "encode", "exchange"]

SILENCE = 30.0
"""Seconds without a byte after which the daemon counts as hung: it answers within 27 (keyturnd.broker.policy), and
while a person is waited for it sends a line break every 15."""

QUEUE_PAUSE = 0.005
"""Seconds between two attempts to join a full queue."""

ENVIRONMENT = (
    "BROWSER",
    "CI",
    "DISPLAY",
    "GIT_ASKPASS",
    "GIT_TERMINAL_PROMPT",
    "SSH_CONNECTION",
    "SSH_TTY",
    "TERM",
    "WAYLAND_DISPLAY",
)
"""What the daemon learns of any caller's environment: a closed list, never a secret."""

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Request:
    """What goes to the daemon. `waits`: the caller can show a sign-in to a person and wait for it.

    `browser`: it can open a browser before the person's eyes, and was not told to leave that.
    variables: which of the caller's go with it.
    wanted: which the daemon has asked for: secrets, each of them told, if only that it is not set.
    No NamedTuple: a call that waits for Python's start does not load typing.
    """

    wanted: tuple[str, ...] = ()

    def __init__(
        self, method: str, path: str, arguments: tuple[str, ...] = (), body: bytes = b"", *,
        waits: bool = False, browser: bool = False, variables: tuple[str, ...] = ENVIRONMENT,
    ) -> None:  # fmt: skip
        self.method = method
        self.path = path
        self.arguments = arguments
        self.body = body
        self.waits = waits
        self.browser = browser
        self.variables = variables


def connect(directory: int, path: str) -> _socket.socket:
    """A connection to the daemon whose socket is `path` in the checked `directory`.

    Raises NotRunning when nobody listens, Refused when somebody else does, DaemonUnavailable otherwise.
    """
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.settimeout(SILENCE)
        _join_queue(connection, below(directory, path))
        if (uid := _peer_uid(connection)) != os.geteuid():
            raise Refused(f"the daemon at {path} belongs to uid {uid}", shell.listing(path))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        raise NotRunning from None
    except OSError as error:
        connection.close()
        raise DaemonUnavailable(f"cannot connect to {path}: {error.strerror or error}", shell.listing(path)) from None
    except Refused:
        connection.close()
        raise
    return connection


def exchange(connection: _socket.socket, request: Request, on_event: Callable[[Event], None] | None = None) -> Reply:
    """Send `request` and return the daemon's answer; `on_event` sees what a waiting person should see.

    Raises the daemon's problem as its keyturn error, NotRunning when the daemon left without a word, and
    DaemonUnavailable when it stopped in the middle or stayed silent.
    """
    try:
        _send(connection, encode(request))
        return read_reply(connection, on_event)
    except OSError as error:
        if error.errno == errno.ECONNRESET:
            raise NotRunning from None
        raise _silent(error) from None
    finally:
        connection.close()


def _send(connection: _socket.socket, request: bytes) -> None:
    try:
        connection.sendall(request)
    except (BrokenPipeError, ConnectionResetError):
        return  # a daemon that refuses early has answered already: read it


def encode(request: Request) -> bytes:
    """The bytes of a request, the same that the C helper sends (`tests/vectors/helper/`)."""
    query = "&".join(f"arg={quote(argument)}" for argument in request.arguments)
    target = f"{request.path}?{query}" if query else request.path
    head = [f"{request.method} {target} HTTP/1.1", "Host: keyturn", "Connection: close"]
    head.append(f"Keyturn-Terminal: {int(has_terminal())}")
    head += _environment_headers(request)
    if request.waits:
        head.append("Accept: application/jsonl")
        head.append(f"Keyturn-Browser: {int(request.browser)}")
    head.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + request.body


def quote(text: str) -> str:
    """Percent-encode everything but RFC 3986's unreserved characters."""
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in os.fsencode(text))


def has_terminal() -> bool:
    """Whether this process has a controlling terminal, which is where a person would be asked."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def below(directory: int, path: str) -> str:
    """A path of the socket that goes through the checked descriptor, so that nobody can swap the directory.

    It is short, too: a socket address holds 107 bytes, and a HOME may be longer. Without /proc (macOS) the plain
    path has to do.
    """
    return f"/proc/self/fd/{directory}/{os.path.basename(path)}" if os.path.isdir("/proc/self/fd") else path


def _join_queue(connection: _socket.socket, address: str) -> None:
    """Connect, however many wait already: on a Unix socket a full queue is EAGAIN, which cannot be waited for."""
    deadline = time.monotonic() + SILENCE
    while True:
        try:
            return connection.connect(address)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(errno.ETIMEDOUT, "too many wait for it") from None
        time.sleep(QUEUE_PAUSE)


def peer_pid(connection: _socket.socket) -> int:
    """The process that listens at the other end, by the kernel's word; 0 where it does not tell."""
    if not hasattr(_socket, "SO_PEERCRED"):
        return 0
    return _credentials(connection)[0]


def _peer_uid(connection: _socket.socket) -> int:
    if hasattr(_socket, "SO_PEERCRED"):
        return _credentials(connection)[1]
    # macOS: struct xucred of LOCAL_PEERCRED (level 0, option 1): version, uid, … (untried, no such machine here)
    return memoryview(connection.getsockopt(0, 1, 76)).cast("I")[1]


def _credentials(connection: _socket.socket) -> memoryview[int]:
    """Pid, uid and gid (struct ucred, unix(7)), without `struct`, which is two modules to load."""
    return memoryview(connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)).cast("i")


def _environment_headers(request: Request) -> Iterator[str]:
    for name in request.variables:
        value = os.environ.get(name)
        if value is not None and len(os.fsencode(value)) <= 1024:
            yield f"Keyturn-Env-{name}: {quote(value)}"
    for name in request.wanted:
        yield f"Keyturn-Env-{name}: {quote(os.environ.get(name, ''))}"


def _silent(error: OSError) -> DaemonUnavailable:
    reason = (
        f"did not answer within {SILENCE:.0f} seconds"
        if isinstance(error, TimeoutError)
        else f"is gone: {error.strerror}"
    )
    return DaemonUnavailable(f"the daemon {reason}", hints.restart_daemon())
