"""An HTTPS server that answers what a test tells it to, byte for byte, however wrong; and remembers what it got.

The emulator plays Entra truthfully. This one plays what Entra never sends: odd shapes, broken framing, silence.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn_emulator.certificates import Certificates

TENANT = "22222222-2222-2222-2222-222222222222"


class Seen(NamedTuple):
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body; a field that came twice fails."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert all(len(values) == 1 for values in fields.values()), fields
        return {name: values[0] for name, values in fields.items()}


class Reply(NamedTuple):
    """What goes out. `drip`: byte by byte until the client leaves; `hold`: leave the connection open after it."""

    raw: bytes
    drip: bool = False
    hold: bool = False


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    """A well-framed reply with `body` as JSON, or as it is when it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Reply("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)


class ScriptedProvider:
    """Serves while it is entered. `answer` is asked for each POST; discovery is answered soundly by itself.

    `discovery`, when set, replaces the discovery reply.
    """

    def __init__(self, certificates: Certificates, answer: Callable[[Seen], Reply | None]) -> None:
        self.seen: list[Seen] = []
        self.discovery: Callable[[], Reply | None] | None = None
        self._answer = answer
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificates.server_file, certificates.key_file)
        self.ca_file = str(certificates.ca_file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.base = f"https://127.0.0.1:{self.port}"
        self.authority = f"{self.base}/{TENANT}"
        self._left = threading.Event()
        self._posted = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, and let go the connections that are held."""
        self._left.set()
        # close() alone would not wake the thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def posts(self) -> list[Seen]:
        """The POSTs among the requests."""
        return [seen for seen in self.seen if seen.method == "POST"]

    def wait_for_post(self) -> None:
        """Return when the first POST has come in."""
        assert self._posted.wait(30), "no POST came in"

    def endpoints(self) -> dict[str, str]:
        """A sound discovery document."""
        grants = f"{self.authority}/oauth2/v2.0"
        return {
            "issuer": f"{self.authority}/v2.0",
            "authorization_endpoint": f"{grants}/authorize",
            "token_endpoint": f"{grants}/token",
            "device_authorization_endpoint": f"{grants}/devicecode",
        }

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with plain, self._tls.wrap_socket(plain, server_side=True) as connection:
                seen = _read(connection)
                if seen is None:
                    return
                self.seen.append(seen)
                answer = self._reply_to(seen)
                if answer is not None:
                    self._write(connection, answer)
        except OSError:
            pass  # the client left, or did not trust us

    def _reply_to(self, seen: Seen) -> Reply | None:
        if seen.method == "POST":
            self._posted.set()
            return self._answer(seen)
        return self.discovery() if self.discovery else reply(self.endpoints())

    def _write(self, connection: ssl.SSLSocket, answer: Reply) -> None:
        if answer.drip:
            for byte in answer.raw:
                connection.sendall(bytes((byte,)))
                if self._left.wait(0.05):
                    return
        else:
            connection.sendall(answer.raw)
        if answer.hold:
            self._left.wait(60)


def _read(connection: ssl.SSLSocket) -> Seen | None:
    with connection.makefile("rb") as stream:
        first = stream.readline().decode().split()
        if len(first) != 3:
            return None
        headers: dict[str, str] = {}
        for line in iter(stream.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        return Seen(first[0], first[1], headers, stream.read(int(headers.get("content-length", "0"))))


def token(**changes: Any) -> dict[str, Any]:
    """A sound token answer with `changes`; a change to None leaves the member out."""
    answer = {"token_type": "Bearer", "expires_in": 3599, "access_token": "planted-access-token"} | changes
    return {name: value for name, value in answer.items() if value is not None}
