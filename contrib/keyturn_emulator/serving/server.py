"""Listens on loopback, one port per service, all in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING

import uvicorn

from keyturn_emulator.serving.edge import Edge

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from keyturn_emulator.certificates import Certificates
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.serving.edge import Service
    from keyturn_emulator.serving.faults import Faults

# How many ports to try until one is free on both families.
ATTEMPTS = 20
BACKLOG = 512


class PortTakenError(OSError):
    """The port that was asked for is in use."""


def listen(port: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1 and, where there is IPv6, ::1, with one and the same port (0: any)."""
    for _ in range(ATTEMPTS):
        four = _bind(socket.AF_INET, "127.0.0.1", port)
        try:
            return [four, _bind(socket.AF_INET6, "::1", four.getsockname()[1])]
        except OSError as error:
            if error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                return [four]
            four.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
    raise PortTakenError(errno.EADDRINUSE, "no port is free on 127.0.0.1 and ::1")


async def serve(
    services: Sequence[Service],
    sockets: Mapping[str, list[socket.socket]],
    certificates: Certificates,
    *,
    ledger: Ledger,
    faults: Faults,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set, then drop whatever is still going on."""
    servers, running = [], []
    for service in services:
        edge = Edge(service, certificates.names, ledger, faults, clock)
        server = _Server(_configuration(edge, None if service.plain else certificates))
        servers.append(server)
        running.append(asyncio.create_task(server.serve(sockets[service.name])))
    await stop.wait()
    for server in servers:
        server.stop()
    await asyncio.gather(*running)


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone: there are several, and one owner above them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def stop(self) -> None:
        """End it; every line is dropped, because a client that hangs or does not read has no end of its own."""
        self.should_exit = True
        self.force_exit = True
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _configuration(edge: Edge, certificates: Certificates | None) -> uvicorn.Config:
    """How one port is served; without TLS where there are no certificates."""
    return uvicorn.Config(
        edge,
        http="h11",
        ws="none",
        lifespan="off",
        # uvicorn's log lines would quote requests; ours never do.
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        # Longer than any client keeps a connection, so that none is closed under a request on its way.
        timeout_keep_alive=120,
        # From Python 3.12 on a listener waits for its connections, also for one in the middle of its handshake.
        timeout_graceful_shutdown=1,
        server_header=False,
        # The emulator's clock is not the machine's; Edge says the time.
        date_header=False,
        ssl_certfile=certificates.server_file if certificates else None,
        ssl_keyfile=certificates.key_file if certificates else None,
    )


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on: each answer would wait 40 ms for the client's ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A fixed port can be taken again at once after a restart.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
