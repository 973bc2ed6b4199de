"""Reading the daemon's answers: whole ones, and streams of events that end in one."""

from __future__ import annotations

import os

from keyturn import hints
from keyturn.errors import Bug, DaemonUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from keyturn.errors import KeyturnError

    Event = dict[str, Any]
else:
    Event = dict

HEAD_LIMIT = 16 << 10
BODY_LIMIT = 1 << 20

VERSION, DIGITS = b"HTTP/1.1 ", b"0123456789"
IN_NAMES = b"!#$%&'*+.^_`|~-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
IN_LINES = bytes({0x09, *range(0x20, 0x100)} - {0x7F})
"""The bytes of a field's name (RFC 9110 5.6.2), and those behind it and in a reason (5.5, RFC 9112 4).

No regular expressions, nor JSON before it is needed: together they take a sixth of a call that starts the daemon.
"""


class Reply:
    """What came back."""

    def __init__(self, status: int, exit_status: int, body: bytes) -> None:
        self.status = status
        self.exit_status = exit_status
        self.body = body


class NotRunning(Exception):
    """Nobody listens, or whoever did left before answering."""


def read_reply(connection: _socket.socket, on_event: Callable[[Event], None] | None) -> Reply:
    """The answer; `on_event` sees what comes before it. Raises as keyturn.reach.client.exchange does, and OSError."""
    head, rest = _read_head(connection)
    status, headers = _parse_head(head)
    chunks = _chunks(connection, rest)
    if headers.get("content-type") == "application/jsonl":
        return _follow(chunks, on_event)
    body = _body(chunks, headers.get("content-length"))
    if status != 200:
        raise _error(body)
    return Reply(status, _exit_status(headers.get("keyturn-exit", "")), body)


def _error(document: bytes) -> KeyturnError:
    from keyturn.problems import from_problem  # noqa: PLC0415 - most answers are none

    return from_problem(_json(document))


def _read_head(connection: _socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(HEAD_LIMIT)
        if not chunk and not received:
            raise NotRunning
        if not chunk or len(received) > HEAD_LIMIT:
            raise DaemonUnavailable("the daemon's answer is not HTTP", hints.restart_daemon())
        received += chunk
    head, end, rest = received.partition(b"\r\n\r\n")
    if len(head + end) > HEAD_LIMIT:
        raise DaemonUnavailable("the daemon's answer is not HTTP", hints.restart_daemon())
    return head, rest


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """RFC 9112 without what it only tolerates (folded fields, bare line feeds): the C helper takes no more either."""
    first, *lines = head.split(b"\r\n")
    status, space, reason = first.removeprefix(VERSION).partition(b" ")
    fields = [line.partition(b":") for line in lines]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1").strip(" \t") for name, _, value in fields}
    whole = (
        first.startswith(VERSION) and len(status) == 3 and _consists_of(DIGITS, status)
        and space and _consists_of(IN_LINES, reason)
        and all(colon and _is_field(name, value) for name, colon, value in fields)
    )  # fmt: skip
    if not whole or len(headers) != len(lines) or "transfer-encoding" in headers:
        raise DaemonUnavailable("the daemon's answer is not HTTP", hints.restart_daemon())
    return int(status), headers


def _is_field(name: bytes, value: bytes) -> bool:
    return name != b"" and _consists_of(IN_NAMES, name) and _consists_of(IN_LINES, value)


def _consists_of(allowed: bytes, text: bytes) -> bool:
    return not text.translate(None, allowed)


def _body(chunks: Iterator[bytes], length: str | None) -> bytes:
    """Up to the announced end (RFC 9112 section 6.3): neither we nor the C helper wait for the daemon to hang up."""
    body = b""
    while str(len(body)) != length:
        chunk = next(chunks, b"")
        if not chunk:
            raise DaemonUnavailable("the daemon's answer is cut short", hints.restart_daemon())
        body += chunk
    return body


def _chunks(connection: _socket.socket, first: bytes) -> Iterator[bytes]:
    total = len(first)
    if first:
        yield first
    while chunk := _some(connection):
        total += len(chunk)
        if total > BODY_LIMIT:
            raise DaemonUnavailable("the daemon's answer is too long", hints.restart_daemon())
        yield chunk


def _some(connection: _socket.socket) -> bytes:
    try:
        return connection.recv(1 << 16)
    except (
        ConnectionResetError
    ):  # it left without reading all we sent: an end like any other, its answer is whole or not
        return b""


def _follow(chunks: Iterable[bytes], on_event: Callable[[Event], None] | None) -> Reply:
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        for line in filter(None, lines):
            event = _json(line)
            if event.get("event") == "answer":
                return Reply(200, int(event["exit"]), os.fsencode(event["body"]))
            if event.get("event") == "problem":
                raise _error(line)
            if on_event is not None:
                on_event(event)
    from keyturn import moves  # noqa: PLC0415 - only here

    raise DaemonUnavailable("the daemon stopped while you were waiting", moves.waiting.again())


def _json(text: bytes) -> Event:
    import json  # noqa: PLC0415 - only for an error, or a person who waits

    try:
        parsed = json.loads(text)
    except ValueError:
        raise Bug("the daemon's answer is not JSON", hints.restart_daemon()) from None
    if not isinstance(parsed, dict):
        raise Bug("the daemon's answer is not a JSON object", hints.restart_daemon())
    return parsed


def _exit_status(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise Bug("the daemon's answer has no exit status", hints.restart_daemon())
    return int(text)
