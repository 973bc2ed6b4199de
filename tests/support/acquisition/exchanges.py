"""Exchanges of the transport with a provider that follows a script."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.certificates import Certificates, create
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import Request, Transport
from keyturnd.messages.identities import Network
from support.acquisition.scripted_provider import Reply, ScriptedProvider, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyturnd.messages.outcomes import Failure


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return create(tmp_path_factory.mktemp("certificates"), ["login.example"])


@pytest.fixture
def provider(certificates: Certificates) -> Iterator[Callable[..., ScriptedProvider]]:
    """Starts a provider that gives these replies in order, the last one for ever."""
    running: list[ScriptedProvider] = []

    def start(*replies: Reply | None) -> ScriptedProvider:
        script = list(replies)
        serving = ScriptedProvider(certificates, lambda _: script.pop(0) if len(script) > 1 else script[0])
        running.append(serving.__enter__())
        return serving

    yield start
    for serving in running:
        serving.__exit__()


def transport(
    provider: ScriptedProvider, deadline: float = 30, pauses: list[float] | None = None, **network: Any
) -> Transport:
    pauses = [] if pauses is None else pauses
    return Transport(Network(ca_file=provider.ca_file, **network), Deadline(deadline), pauses.append)


def post(url: str) -> Request:
    return Request("POST", url, {"X-Test": "1"}, b"a=b")


def failure(act: Callable[[], object]) -> Failure:
    with pytest.raises(Failed) as caught:
        act()
    return caught.value.failure


OK, BUSY = reply({"ok": True}), reply(b"busy", 503)


class Tunnel:
    """A proxy that knows CONNECT and leads every name to one port, as only a proxy can."""

    def __init__(self, port: int, status: bytes = b"200 OK", times: int = 1) -> None:
        """times: how many connections it takes."""
        self._port = port
        self._times = times
        self._status = status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.heads: list[bytes] = []
        self.url = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for _ in range(self._times):
            self._lead(*self._listener.accept())
        self._listener.close()

    def _lead(self, client: socket.socket, _: object) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        self.heads.append(head)
        client.sendall(b"HTTP/1.1 " + self._status + b"\r\n\r\n")
        if self._status.startswith(b"200"):
            server = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            _copy(server, client)
        client.close()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    # Either side may leave first.
    with contextlib.suppress(OSError), source, sink:
        while data := source.recv(65536):
            sink.sendall(data)
