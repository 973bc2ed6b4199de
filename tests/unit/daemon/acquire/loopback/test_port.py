"""keyturnd.acquire.loopback.port: both addresses of one port, and none wider."""

from __future__ import annotations

import errno
import random
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.acquire.failed import Failed
from keyturnd.acquire.loopback import port
from keyturnd.acquire.loopback.port import first_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.messages.outcomes import Failure

FAMILIES = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}
ANYWHERE = {"127.0.0.1": "0.0.0.0", "::1": "::"}  # noqa: S104 - where others listen


@pytest.fixture
def taken() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def take(taken: ExitStack, address: str, *, everywhere: bool = False) -> int:
    """A port that somebody else has on `address`, or on all addresses of its family."""
    listening = taken.enter_context(socket.socket(FAMILIES[address], socket.SOCK_STREAM))
    if address == "::1":
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listening.bind((ANYWHERE[address] if everywhere else address, 0))
    listening.listen()
    return int(listening.getsockname()[1])


def free() -> int:
    """A port that nobody has, and no connection of somebody else's is given: below the kernel's own range."""
    found = first_free("work", "device-code", random.sample(range(10_000, 30_000), 50))
    found.close()
    return found.number


def refusing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the kernel refuse ::1 with `number`."""

    def both(family: socket.AddressFamily, address: str, of: int, real: Any = port._listening) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(number, "planted")
        found: socket.socket = real(family, address, of)
        return found

    monkeypatch.setattr(port, "_listening", both)


def failed(ports: list[int]) -> Failure:
    with pytest.raises(Failed) as caught:
        first_free("work", "device-code", ports)
    return caught.value.failure


def test_both_addresses_and_no_other() -> None:
    ours = first_free("work", "device-code", [free()])
    try:
        assert {listening.getsockname()[0] for listening in ours.sockets} == {"127.0.0.1", "::1"}
        assert {listening.getsockname()[1] for listening in ours.sockets} == {ours.number}
        assert ours.redirect_uri == f"http://localhost:{ours.number}"
    finally:
        ours.close()


def test_nobody_can_share_it() -> None:
    ours = first_free("work", "device-code", [free()])
    try:
        for listening in ours.sockets:
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                assert listening.getsockopt(socket.SOL_SOCKET, option) == 0
        assert failed([ours.number]).kind == "refused"
    finally:
        ours.close()


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize("address", FAMILIES)
def test_a_port_that_somebody_has_on_one_address_is_passed_over(
    taken: ExitStack, address: str, *, everywhere: bool
) -> None:
    theirs, ours = take(taken, address, everywhere=everywhere), free()
    found = first_free("work", "device-code", [theirs, ours])
    found.close()
    assert found.number == ours


def test_one_that_is_passed_over_is_left_to_others(taken: ExitStack) -> None:
    theirs = take(taken, "::1")
    first_free("work", "device-code", [theirs, free()]).close()
    with socket.socket() as other:
        other.bind(("127.0.0.1", theirs))


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
def test_without_the_second_address_the_first_is_enough(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    ours = free()
    refusing(monkeypatch, number)
    found = first_free("work", "device-code", [ours])
    found.close()
    assert len(found.sockets) == 1


def test_any_other_trouble_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = free(), free()
    refusing(monkeypatch, errno.EACCES)
    told = failed([first, second])
    assert told.sentence == f"cannot listen on port {first} of this machine: planted"


def test_all_taken_is_told_with_the_range(taken: ExitStack) -> None:
    told = failed([take(taken, "127.0.0.1"), take(taken, "::1")])
    assert told.sentence.startswith("all ports from 8400 to 8999 of this machine are taken")
    assert told.hint == 'end what listens there, or set flow = "device-code" in [profile.work]'
