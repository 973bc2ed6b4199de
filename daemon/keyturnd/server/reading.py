"""One HTTP request out of the bytes that arrive, however they are cut, within limits on every part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httptools

from keyturn.errors import UsageError
from keyturnd.server.http import Request, split_target

if TYPE_CHECKING:
    from keyturnd.callers.peer import Peer

TARGET_LIMIT = 8 << 10
HEAD_LIMIT = 64 << 10
BODY_LIMIT = 1 << 20
WHOLE_LIMIT = HEAD_LIMIT + 2 * BODY_LIMIT
"""Bytes in all: a chunked body has chunk sizes, extensions and trailers beside what counts as body."""


class TargetTooLong(UsageError):
    """RFC 9110 section 15.5.15."""

    http_status = 414


class HeadTooLarge(UsageError):
    """RFC 6585 section 5."""

    http_status = 431


class BodyTooLarge(UsageError):
    """RFC 9110 section 15.5.14."""

    http_status = 413


class RequestReader:
    """Feeds a parser that calls back (the `on_…` methods), and keeps what it says."""

    def __init__(self) -> None:
        self.complete = False
        self._parser = httptools.HttpRequestParser(self)
        self._fault: UsageError | None = None
        self._taken = 0
        self._in_body = False
        self._method = ""
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    def feed(self, data: bytes) -> bool:
        """Take in `data`; whether the request is complete. What follows a complete one is passed over.

        Raises UsageError (or one of the kinds above) for what is too large or no request; feed no more then.
        """
        if self.complete:
            return True
        # The parser keeps an unfinished header whatever its size, so it never gets more than the limit of one.
        allowed = (WHOLE_LIMIT if self._in_body else HEAD_LIMIT) - self._taken
        self._parse(data[:allowed])
        rest = data[allowed:]
        if rest and not self._in_body:
            raise HeadTooLarge(f"the request's head exceeds {HEAD_LIMIT >> 10} KiB")
        if rest and self._taken >= WHOLE_LIMIT:
            raise _body_too_large()
        return self.feed(rest) if rest else self.complete

    def request(self, peer: Peer) -> Request:
        """The complete request. Raises UsageError when its target cannot be read."""
        path, arguments = split_target(self._target)
        return Request(self._method, path, arguments, self._headers, bytes(self._body), peer)

    def _parse(self, data: bytes) -> None:
        self._taken += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self.complete:
                raise self._fault or UsageError("the request is not HTTP/1.1") from None

    # httptools' side. An exception raised in here would arrive wrapped, hence `_fault`; and a second request in
    # the same bytes arrives here, too, before anybody has looked at the first.

    def on_url(self, url: bytes) -> None:
        if not self.complete:
            self._target += url
            self._check(len(self._target) <= TARGET_LIMIT, TargetTooLong("the request's target exceeds 8 KiB"))

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # a trailer is no header
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        self._in_body = True
        self._method = self._parser.get_method().decode("ascii")
        # The parser would leave out the body of a request that wants to go on in another protocol.
        plain = self._parser.get_http_version() in {"1.0", "1.1"} and not self._parser.should_upgrade()
        self._check(plain, UsageError("the request is not plain HTTP/1.1"))
        announced = self._headers.get("content-length", "0")
        # Digits by the parser's word; more than 7 of them are too many for int() to bother with.
        self._check(len(announced) <= 7 and int(announced) <= BODY_LIMIT, _body_too_large())

    def on_body(self, body: bytes) -> None:
        if not self.complete:
            self._body += body
            self._check(len(self._body) <= BODY_LIMIT, _body_too_large())

    def on_message_complete(self) -> None:
        self.complete = True

    def _check(self, fine: bool, fault: UsageError) -> None:  # noqa: FBT001 - reads as a sentence
        if not fine:
            self._fault = fault
            raise fault


def _body_too_large() -> BodyTooLarge:
    return BodyTooLarge(f"the request's body exceeds {BODY_LIMIT >> 20} MiB")
