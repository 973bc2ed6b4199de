"""A proxy that leads one name to one port of this machine: as close to a registry's real name as a test can get."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Tunnels:
    """Serves CONNECT to `name`:443 while it is entered, as often as asked; every other name is refused.

    url: of the proxy. asked: the places that were asked for.
    """

    def __init__(self, name: str, port: int) -> None:
        self._place, self._port = f"{name}:443", port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; close() alone would not wake the thread that waits in accept()."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            place = _head(client).split(b" ")[1].decode()
            self.asked.append(place)
            if place != self._place:
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                _copy(server, client)


def _head(client: socket.socket) -> bytes:
    """The request line and headers. Byte by byte: what follows belongs to the tunnel."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            raise ConnectionError("the client left")
        head += byte
    return head


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
