"""One request to the daemon over its socket. Standard library alone: every cold call pays these imports."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import struct

from keyturn.errors import Bug, DaemonUnavailable, Refused, from_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, NamedTuple

    Event = dict[str, Any]
else:
    from typing import NamedTuple

SILENCE = 75.0
"""Seconds without a byte after which the daemon counts as hung: its own deadline for a silent acquisition is 45 s,
and while a person is waited for it sends a line break every 15 s."""

HEAD_LIMIT = 16 << 10
BODY_LIMIT = 1 << 20

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
"""What the daemon learns of the caller's environment: a closed list, never a secret."""

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


LINE = rb"[\t\x20-\x7e\x80-\xff]*"
HEAD = re.compile(rb"HTTP/1\.1 ([0-9]{3}) " + LINE + rb"((?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:" + LINE + rb")*)")
"""RFC 9112 without what it only tolerates (folded fields, bare line feeds): the C helper takes no more either."""


class Request(NamedTuple):
    """What goes to the daemon. `waits`: the caller can show a sign-in to a person and wait for it."""

    method: str
    path: str
    arguments: tuple[str, ...] = ()
    body: bytes = b""
    waits: bool = False


class Reply(NamedTuple):
    """What came back."""

    status: int
    exit_status: int
    body: bytes


class NotRunning(Exception):
    """Nobody listens, or whoever did left before answering."""


def connect(directory: int, path: str) -> socket.socket:
    """A connection to the daemon whose socket is `path` in the checked `directory`.

    Raises NotRunning when nobody listens, Refused when somebody else does, DaemonUnavailable otherwise.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(SILENCE)
        connection.connect(below(directory, path))
        if (uid := _peer_uid(connection)) != os.geteuid():
            raise Refused(f"the daemon at {path} belongs to uid {uid}", f"ls -l {path}")
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        raise NotRunning from None
    except OSError as error:
        connection.close()
        raise DaemonUnavailable(f"cannot connect to {path}: {error.strerror or error}", f"ls -l {path}") from None
    except Refused:
        connection.close()
        raise
    return connection


def exchange(connection: socket.socket, request: Request, on_event: Callable[[Event], None] | None = None) -> Reply:
    """Send `request` and return the daemon's answer; `on_event` sees what a waiting person should see.

    Raises the daemon's problem as its keyturn error, NotRunning when the daemon left without a word, and
    DaemonUnavailable when it stopped in the middle or stayed silent.
    """
    with connection:
        try:
            connection.sendall(encode(request))
        except (BrokenPipeError, ConnectionResetError):
            pass  # a daemon that refuses early has answered already: read it
        except OSError as error:
            raise _silent(error) from None
        try:
            return _read_reply(connection, on_event)
        except OSError as error:
            if error.errno == errno.ECONNRESET:
                raise NotRunning from None
            raise _silent(error) from None


def encode(request: Request) -> bytes:
    """The bytes of a request, the same that the C helper sends (`tests/vectors/helper/`)."""
    query = "&".join(f"arg={quote(argument)}" for argument in request.arguments)
    target = f"{request.path}?{query}" if query else request.path
    head = [f"{request.method} {target} HTTP/1.1", "Host: keyturn", "Connection: close"]
    head.append(f"Keyturn-Terminal: {int(has_terminal())}")
    head += _environment_headers()
    if request.waits:
        head.append("Accept: application/jsonl")
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


def _peer_uid(connection: socket.socket) -> int:
    if hasattr(socket, "SO_PEERCRED"):
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("3i", packed)[1])
    # macOS: struct xucred of LOCAL_PEERCRED (level 0, option 1): version, uid, … (untried, no such machine here)
    return int(struct.unpack_from("2I", connection.getsockopt(0, 1, 76))[1])


def _environment_headers() -> Iterator[str]:
    for name in ENVIRONMENT:
        value = os.environ.get(name)
        if value is not None and len(os.fsencode(value)) <= 1024:
            yield f"Keyturn-Env-{name}: {quote(value)}"


def _read_reply(connection: socket.socket, on_event: Callable[[Event], None] | None) -> Reply:
    head, rest = _read_head(connection)
    status, headers = _parse_head(head)
    chunks = _chunks(connection, rest)
    if headers.get("content-type") == "application/jsonl":
        return _follow(chunks, on_event)
    body = b"".join(chunks)
    if headers.get("content-length") != str(len(body)):
        raise DaemonUnavailable("the daemon's answer is cut short", "keyturn daemon restart")
    if status != 200:
        raise from_problem(_json(body))
    return Reply(status, _exit_status(headers.get("keyturn-exit", "")), body)


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(HEAD_LIMIT)
        if not chunk and not received:
            raise NotRunning
        if not chunk or len(received) > HEAD_LIMIT:
            raise DaemonUnavailable("the daemon's answer is not HTTP", "keyturn daemon restart")
        received += chunk
    head, end, rest = received.partition(b"\r\n\r\n")
    if len(head + end) > HEAD_LIMIT:
        raise DaemonUnavailable("the daemon's answer is not HTTP", "keyturn daemon restart")
    return head, rest


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    match = HEAD.fullmatch(head)
    lines = match[2].decode("latin-1").split("\r\n")[1:] if match else []
    headers = {name.lower(): value.strip(" \t") for name, _, value in (line.partition(":") for line in lines)}
    if match is None or len(headers) != len(lines) or "transfer-encoding" in headers:
        raise DaemonUnavailable("the daemon's answer is not HTTP", "keyturn daemon restart")
    return int(match[1]), headers


def _chunks(connection: socket.socket, first: bytes) -> Iterator[bytes]:
    total = len(first)
    if first:
        yield first
    while chunk := connection.recv(1 << 16):
        total += len(chunk)
        if total > BODY_LIMIT:
            raise DaemonUnavailable("the daemon's answer is too long", "keyturn daemon restart")
        yield chunk


def _follow(chunks: Iterable[bytes], on_event: Callable[[Event], None] | None) -> Reply:
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        for line in filter(None, lines):
            event = _json(line)
            if event.get("event") == "answer":
                return Reply(200, int(event["exit"]), os.fsencode(event["body"]))
            if event.get("event") == "problem":
                raise from_problem(event)
            if on_event is not None:
                on_event(event)
    raise DaemonUnavailable("the daemon stopped while you were waiting", "run the command again")


def _json(text: bytes) -> Event:
    try:
        parsed = json.loads(text)
    except ValueError:
        raise Bug("the daemon's answer is not JSON", "keyturn daemon restart") from None
    if not isinstance(parsed, dict):
        raise Bug("the daemon's answer is not a JSON object", "keyturn daemon restart")
    return parsed


def _exit_status(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise Bug("the daemon's answer has no exit status", "keyturn daemon restart")
    return int(text)


def _silent(error: OSError) -> DaemonUnavailable:
    reason = (
        f"did not answer within {SILENCE:.0f} seconds"
        if isinstance(error, TimeoutError)
        else f"is gone: {error.strerror}"
    )
    return DaemonUnavailable(f"the daemon {reason}", "keyturn daemon restart")
