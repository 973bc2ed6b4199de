"""Takes a browser's answer at the port, and shows it the page it ends on.

http.server reads the requests: msal has imported it anyway. Each has a thread of its own, because browsers open
connections that they say nothing on.
"""

from __future__ import annotations

from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from secrets import token_urlsafe
from socket import SHUT_RDWR
from threading import BoundedSemaphore, Event, Lock, Thread
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from keyturnd.acquire.loopback import pages, peer, redirect

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from socket import socket
    from socketserver import BaseServer

    from keyturnd.acquire.loopback.pages import Page
    from keyturnd.acquire.loopback.port import Port
    from keyturnd.acquire.loopback.redirect import Awaited

DONE, ALREADY = "/done/", "/already"
"""Where an answer is sent on to, so that its code stays neither in the address bar and the history, nor in the form
that a browser keeps of a tab to load it again. What is behind DONE only that browser knows: the page names somebody,
and other users of the machine can ask here, too."""
FORM = "application/x-www-form-urlencoded"
SILENCE = 10.0
"""Seconds in which a request must be there."""
HELD = 25.0
"""Seconds a browser waits for its page, which tells how the sign-in ended."""
DELIVERY = 1.0
"""Seconds the sign-in's end waits for a page that is due: a browser that has gone must not hold it up."""
AT_ONCE = 32
"""Connections; a browser opens a handful."""


class Listener:
    """The one answer, from whichever request brings it first, and the page that is the answer to that."""

    def __init__(self, port: Port, awaited: Awaited, wake: Callable[[], None]) -> None:
        """`wake` is called in another thread once there is an answer."""
        self.awaited = awaited
        self.answer: dict[str, str] | None = None
        self.host = urlsplit(port.redirect_uri).netloc
        self.done = DONE + token_urlsafe(12)
        self._sockets = port.sockets
        self._wake = wake
        self._lock = Lock()
        self._page: Page | None = None
        self._decided, self._delivered = Event(), Event()
        self._places = BoundedSemaphore(AT_ONCE)
        self._accepting = [
            Thread(target=self._accept, args=(listening,), name="loopback", daemon=True) for listening in port.sockets
        ]

    def __enter__(self) -> Self:
        for thread in self._accepting:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for listening in self._sockets:
            with suppress(OSError):
                listening.shutdown(SHUT_RDWR)  # closing alone would leave its thread in accept
            listening.close()
        for thread in self._accepting:
            thread.join(DELIVERY)

    def take(self, fields: dict[str, str]) -> bool:
        """Whether `fields`, which have been checked, are the first answer."""
        with self._lock:
            if self.answer is not None:
                return False
            self.answer = fields
        self._wake()
        return True

    def carry(self, fields: dict[str, str]) -> None:
        """Take `fields`, checked, from a person: unless a browser was first, no page is due."""
        if self.take(fields):
            self._delivered.set()

    def show(self, page: Page) -> None:
        """What the browser that brought the answer gets to see; returns when it has, or does not come for it."""
        self._page = page
        self._decided.set()
        self._delivered.wait(DELIVERY)

    def page(self) -> Page:
        """How it ended, as soon as that is known."""
        self._decided.wait(HELD)
        return self._page or pages.UNDER_WAY

    def delivered(self) -> None:
        """The browser has its page."""
        self._delivered.set()

    def _accept(self, listening: socket) -> None:
        while True:
            try:
                connection, address = listening.accept()
            except ConnectionAbortedError:
                continue
            except OSError:
                return  # closed
            if self._places.acquire(blocking=False):
                Thread(target=self._serve, args=(connection, address), name="request", daemon=True).start()
            else:
                connection.close()

    def _serve(self, connection: socket, address: object) -> None:
        try:
            with connection, suppress(OSError):  # a browser that goes away in the middle is nobody's trouble
                if not peer.is_anothers(connection):
                    Handler(connection, address, self)
        finally:
            self._places.release()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    timeout = SILENCE
    server_version, sys_version = "keyturn", ""

    def __init__(self, connection: socket, address: object, listener: Listener) -> None:
        self.listener = listener
        super().__init__(connection, address, cast("BaseServer", None))  # looked at by nobody

    def do_GET(self) -> None:
        """An answer by query, or the page that one was sent on to."""
        path, _, query = self.path.partition("?")
        if not self._is_for_us():
            self._send(pages.NOT_THIS_WAY)
        elif path == "/" and query:
            self._answered(query)
        elif path == self.listener.done and self.listener.answer is not None:
            self._land()
        else:
            self._send(pages.ALREADY if path == ALREADY else pages.NOTHING)

    def do_POST(self) -> None:
        """An answer by form (OAuth 2.0 Form Post Response Mode)."""
        form = self._form() if self._is_for_us() else None
        if form is None or self.path != "/":
            self._send(pages.NOT_THIS_WAY if form is None else pages.NOTHING)
        else:
            self._answered(form)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What http.server refuses by itself, without quoting the request as it would."""
        self.close_connection = True
        self._send(pages.NOT_THIS_WAY._replace(status=code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name for it
        """Nothing: a request's line may hold a code."""

    def _answered(self, encoded: str) -> None:
        """Take the right answer; any other is told so."""
        try:
            fields = redirect.parsed(encoded)
            self.listener.awaited.check(fields)
        except redirect.Unfit:
            self._send(pages.OVER)
        else:
            self._send_on(self.listener.done if self.listener.take(fields) else ALREADY)

    def _is_for_us(self) -> bool:
        """Whether it names the host that was registered: no other site's name that was made to lead here."""
        named = self.headers.get_all("Host", [])
        return [name.lower() for name in named] == [self.listener.host]

    def _form(self) -> str | None:
        """The body, if it is a form."""
        length = _length(self.headers)
        if length is None or self.headers.get_content_type() != FORM:
            return None
        body = self.rfile.read(length)
        return body.decode("ascii", "replace") if len(body) == length else None

    def _land(self) -> None:
        self._send(self.listener.page())
        self.listener.delivered()

    def _send_on(self, path: str) -> None:
        self.send_response(303)
        self._end_head({"Location": path, "Content-Length": "0", **pages.HEADERS})

    def _send(self, page: Page) -> None:
        document = page.document()
        self.send_response(page.status)
        self._end_head({"Content-Length": str(len(document)), **pages.HEADERS})
        if self.command != "HEAD":
            self.wfile.write(document)

    def _end_head(self, headers: dict[str, str]) -> None:
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()


def _length(headers: Message[str, str]) -> int | None:
    """The body's length where it says one that is a form's."""
    said = headers.get_all("Content-Length", [])
    if len(said) != 1 or "Transfer-Encoding" in headers or not (said[0].isascii() and said[0].isdigit()):
        return None
    return int(said[0]) if len(said[0]) <= 6 and int(said[0]) <= redirect.LONGEST else None
