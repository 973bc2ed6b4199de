"""A port that is ours on both loopback addresses, and on no other (DESIGN rule 5.11).

A browser resolves `localhost` to either: whoever held the other one would be given the code.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, NamedTuple

from keyturn import moves
from keyturn.errors import Refused
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable

PORTS = range(8400, 9000)
"""What New-SecMgmtAccessToken takes its port from; a registered `http://localhost` leaves it open (RFC 8252, 7.3)."""
NO_SUCH_FAMILY = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT})
"""This machine has no ::1 (IPv6 switched off, many containers)."""
QUEUE = 16


class Port(NamedTuple):
    """A port, and the sockets that listen on it."""

    number: int
    sockets: tuple[socket.socket, ...]
    host: str = "localhost"

    @property
    def redirect_uri(self) -> str:
        """Where the browser shall come back to."""
        return f"http://{self.host}:{self.number}"

    def close(self) -> None:
        """Leave the port to others."""
        for listening in self.sockets:
            listening.close()


def first_free(profile: str, otherwise: str, ports: Iterable[int] = PORTS, host: str = "localhost") -> Port:
    """The first of `ports` that nobody has on either address. Raises Failed, for `profile` to hear, if none is.

    otherwise: the flow that takes no port. host: what the provider has registered it under.
    """
    for number in ports:
        try:
            return Port(number, _both(number), host)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                reason = f"cannot listen on port {number} of this machine: {error.strerror}"
                raise Failed(Refused, reason, moves.configuration.other_flow(otherwise, profile)) from None
    sentence = f"all ports from {PORTS[0]} to {PORTS[-1]} of this machine are taken, and a browser's answer needs one"
    raise Failed(
        Refused, sentence, moves.configuration.other_flow(otherwise, profile, first="end what listens there, or ")
    )


def _both(number: int) -> tuple[socket.socket, ...]:
    """Sockets on both addresses, on 127.0.0.1 alone where there is no ::1. Raises OSError."""
    first = _listening(socket.AF_INET, "127.0.0.1", number)
    try:
        return first, _listening(socket.AF_INET6, "::1", number)
    except OSError as error:
        if error.errno in NO_SUCH_FAMILY:
            return (first,)
        first.close()
        raise


def _listening(family: socket.AddressFamily, address: str, number: int) -> socket.socket:
    """Without SO_REUSEADDR and SO_REUSEPORT, either of which would let somebody else share the port."""
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((address, number))
        listening.listen(QUEUE)
    except OSError:
        listening.close()
        raise
    return listening
