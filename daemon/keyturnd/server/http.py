"""The requests and answers of the socket, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import msgspec

from keyturn import shell
from keyturn.errors import KeyturnError, UsageError
from keyturn.reach.paths import socket_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from keyturnd.callers.peer import Peer

    class Recalled(Protocol):
        """An answer that was given before."""

        answer: bytes

        def given(self, peer: Peer) -> None:
            """It has been given to `peer` once more."""

    AtOnce = Callable[["Request", bytes], "Response | None"]
    Recall = Callable[[bytes, Peer], Recalled | None]

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    422: "Unprocessable Content",
    428: "Precondition Required",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}
ARGUMENT_LIMIT = 64


class Request(msgspec.Struct, frozen=True):
    """One complete request. Header names are lower case; `body` may hold a secret."""

    method: str
    path: str
    arguments: tuple[str, ...]
    headers: dict[str, str]
    body: bytes
    peer: Peer

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"

    @property
    def terminal(self) -> bool:
        """Whether the caller has a controlling terminal."""
        return self.headers.get("keyturn-terminal") == "1"

    @property
    def waits(self) -> bool:
        """Whether the caller can show a sign-in to a person and wait for it."""
        return self.headers.get("accept") == "application/jsonl"

    @property
    def opens_browser(self) -> bool:
        """Whether the caller can open a browser on its person's screen, and was not told to leave it."""
        return self.headers.get("keyturn-browser") == "1"

    def environment(self, name: str) -> str | None:
        """The caller's environment variable `name`, if it is set and in the closed list helpers send."""
        value = self.headers.get(f"keyturn-env-{name.lower()}")
        return None if value is None else unquote_to_bytes(value).decode("utf-8", "surrogateescape")


class Response(msgspec.Struct, frozen=True):
    """One complete answer. `exit_status` is what a helper that copies `body` to stdout exits with."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/octet-stream"
    exit_status: int = 0

    def __repr__(self) -> str:
        return f"Response({self.status})"

    def encode(self) -> bytes:
        """The answer's bytes."""
        head = (
            f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}\r\n"
            f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n"
            f"Keyturn-Exit: {self.exit_status}\r\nConnection: close\r\n\r\n"
        )
        return head.encode("ascii") + self.body


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\nConnection: close\r\n\r\n"


def json_response(value: object) -> Response:
    """`value` as a JSON answer."""
    return Response(msgspec.json.encode(value) + b"\n", content_type="application/json")


def problem(error: KeyturnError, status: int | None = None) -> Response:
    """`error` as a problem document (RFC 9457)."""
    document = error.to_problem()
    if status is not None:
        document["status"] = status
    return Response(
        msgspec.json.encode(document),
        status=status or error.http_status,
        content_type="application/problem+json",
        exit_status=error.exit_status,
    )


def split_target(target: bytes) -> tuple[str, tuple[str, ...]]:
    """A request target's path and its `arg` fields. Raises UsageError on anything else in the query."""
    path, _, query = target.partition(b"?")
    arguments = []
    for field in query.split(b"&") if query else ():
        name, _, value = field.partition(b"=")
        if name != b"arg":
            raise UsageError("a query field other than arg", shell.interface(socket_path()))
        arguments.append(unquote_to_bytes(value).decode("utf-8", "surrogateescape"))
    if len(arguments) > ARGUMENT_LIMIT:
        raise UsageError(f"more than {ARGUMENT_LIMIT} arguments")
    return path.decode("ascii", "replace"), tuple(arguments)


def last_line(response: Response) -> bytes:
    """The line that ends a stream: what would have been the answer, had nobody been asked to wait."""
    if response.status == 200:
        line = {"event": "answer", "exit": response.exit_status, "body": response.body.decode("utf-8", "replace")}
    else:
        line = {"event": "problem", **msgspec.json.decode(response.body)}
    return msgspec.json.encode(line) + b"\n"
