"""Talking to the daemon's socket by hand: every byte is the test's own."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from support.machine.terminal import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

STATUS = b"GET /v1/status HTTP/1.1\r\nHost: keyturn\r\n\r\n"


class Answer(NamedTuple):
    """What came back, to the end of the stream. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document; it must be one."""
        assert self.headers["content-type"] == "application/problem+json"
        document: dict[str, Any] = json.loads(self.body)
        assert document["status"] == self.status
        return document


def dial(path: Path) -> socket.socket:
    """A connection that has said nothing yet."""
    with ExitStack() as unless_it_answers:
        connection = unless_it_answers.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        unless_it_answers.pop_all()
    return connection


def say(connection: socket.socket, content: bytes) -> None:
    """Send what the daemon may stop reading at any time."""
    with suppress(BrokenPipeError):  # it has answered, or cut us off: `hear` tells
        connection.sendall(content)


def hear(connection: socket.socket) -> Answer:
    """The answer, which must be whole, with nothing behind it."""
    with connection:
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, end, body = received.partition(b"\r\n\r\n")
    assert end, f"not an answer: {received!r}"
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status, _ = first.split(" ", 2)
    assert version == "HTTP/1.1"
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert int(headers["content-length"]) == len(body)
    return Answer(int(status), headers, body)


def exchange(path: Path, content: bytes) -> Answer:
    """One request of exactly these bytes, and its answer."""
    connection = dial(path)
    say(connection, content)
    return hear(connection)


def post(target: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of a POST request."""
    lines = [f"POST {target} HTTP/1.1", "Host: keyturn", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(path: Path) -> dict[str, Any]:
    """The daemon's own figures."""
    answer = exchange(path, STATUS)
    assert answer.status == 200, answer
    document: dict[str, Any] = json.loads(answer.body)
    return document
