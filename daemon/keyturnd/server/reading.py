"""One HTTP request out of the bytes that arrive, however they are cut, within limits on every part of it.

Our own few lines, where a parser that calls back was: it and the reader held each other, so that every request, with
what secrets it had, stayed in memory until the cyclic collector came by, and it was most of an answer's time. Of
RFC 9112 no more than one request on a connection of its own takes: whatever is not that strict form is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyturn.errors import UsageError
from keyturnd.server.http import Request, split_target

if TYPE_CHECKING:
    from keyturnd.callers.peer import Peer

TARGET_LIMIT = 8 << 10
HEAD_LIMIT = 64 << 10
BODY_LIMIT = 1 << 20

_END = b"\r\n\r\n"
_METHOD_LIMIT = 16
_LINE_LIMIT = _METHOD_LIMIT + TARGET_LIMIT + len(" HTTP/1.1")
_BEGINNING = re.compile(rb"[A-Z]{1,16}(?: |\Z)|\Z")
# RFC 9112 sections 3 and 5, strictly: no bare line feeds, no folded lines, no space before a colon. The target is
# what an origin server is asked for (section 3.2.1), in visible characters.
_HEAD = re.compile(
    rb"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.[01]\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r\n)*)\r\n"
)


class TargetTooLong(UsageError):
    """RFC 9110 section 15.5.15."""

    http_status = 414


class HeadTooLarge(UsageError):
    """RFC 6585 section 5."""

    http_status = 431


class BodyTooLarge(UsageError):
    """RFC 9110 section 15.5.14."""

    http_status = 413


class LengthRequired(UsageError):
    """RFC 9110 section 15.5.12: chunks of one byte would keep us busy for longer than anybody's request is worth."""

    http_status = 411


class RequestReader:
    """Gathers bytes until they are a request."""

    def __init__(self) -> None:
        self.complete = False
        self._head = bytearray()
        self._method = ""
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body: bytearray | None = None
        self._length = 0

    @property
    def gathered(self) -> int:
        """How many bytes of an unfinished request are kept here."""
        return len(self._head) + len(self._body or b"")

    def feed(self, data: bytes) -> bool:
        """Take in `data`; whether the request is complete. What follows a complete one is passed over.

        Raises UsageError (or one of the kinds above) for what is too large or no request; feed no more then.
        """
        if self.complete:
            return True
        if self._body is None:
            rest = self._feed_head(data)
            if rest is None:
                return False
            self._body, data = bytearray(), rest
        self._body += data[: self._length - len(self._body)]
        self.complete = len(self._body) == self._length
        return self.complete

    def request(self, peer: Peer) -> Request:
        """The complete request. Raises UsageError when its target cannot be read."""
        path, arguments = split_target(self._target)
        return Request(self._method, path, arguments, self._headers, bytes(self._body or b""), peer)

    def _feed_head(self, data: bytes) -> bytes | None:
        """What of `data` is behind the head; None until the head is complete."""
        searched = max(0, len(self._head) - len(_END) + 1)
        self._head += data
        end = self._head.find(_END, searched, HEAD_LIMIT)
        if end < 0:
            self._check_beginning()
            return None
        head, rest = bytes(self._head[: end + len(_END)]), bytes(self._head[end + len(_END) :])
        self._head.clear()
        self._read_head(head)
        return rest

    def _check_beginning(self) -> None:
        """Raises UsageError for what can no longer become a head: its sender may wait for us to say so."""
        line, feed, _ = self._head[: _LINE_LIMIT + 2].partition(b"\n")
        if not _BEGINNING.match(line) or (feed and not line.endswith(b"\r")):
            raise _no_request()
        if not feed and len(line) > _LINE_LIMIT:
            raise _target_too_long()
        if len(self._head) > HEAD_LIMIT:
            raise HeadTooLarge(f"the request's head exceeds {HEAD_LIMIT >> 10} KiB")

    def _read_head(self, head: bytes) -> None:
        found = _HEAD.fullmatch(head)
        if found is None:
            raise _no_request()
        method, self._target, lines = found.groups()
        if len(self._target) > TARGET_LIMIT:
            raise _target_too_long()
        self._method = method.decode("ascii")
        fields = lines.decode("latin-1").split("\r\n")[:-1]
        for field in fields:
            name, _, value = field.partition(":")
            self._headers[name.lower()] = value.strip(" \t")
        self._length = self._body_length(fields)

    def _body_length(self, fields: list[str]) -> int:
        """The body's bytes (RFC 9112 section 6.3). Raises UsageError where that is not one plain number."""
        headers = self._headers
        lengths = sum(field[:15].lower() == "content-length:" for field in fields)
        if "upgrade" in headers or lengths > 1 or (lengths and "transfer-encoding" in headers):
            raise _no_request()
        if "transfer-encoding" in headers:
            raise LengthRequired("the request has no Content-Length")
        announced = headers.get("content-length", "0")
        if not (announced.isascii() and announced.isdigit()):
            raise _no_request()
        # More than 7 digits are too many for int() to bother with.
        if len(announced) > 7 or int(announced) > BODY_LIMIT:
            raise BodyTooLarge(f"the request's body exceeds {BODY_LIMIT >> 20} MiB")
        return int(announced)


def _no_request() -> UsageError:
    return UsageError("the request is not plain HTTP/1.1")


def _target_too_long() -> TargetTooLong:
    return TargetTooLong(f"the request's target exceeds {TARGET_LIMIT >> 10} KiB")
