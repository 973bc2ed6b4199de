"""A daemon in front of which so many wait that the kernel takes no more: they join its queue, for a while."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import DaemonUnavailable
from keyturn.reach import client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[socket.socket]:
    """A listening socket whose queue is full."""
    with ExitStack() as held:
        listener = held.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(tmp_path / "socket"))
        listener.listen(0)
        with suppress(BlockingIOError):
            while True:
                waiting = held.enter_context(socket.socket(socket.AF_UNIX))
                waiting.setblocking(False)
                waiting.connect(str(tmp_path / "socket"))
        yield listener


def connect(place: Path) -> socket.SocketType:
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return client.connect(directory, str(place / "socket"))
    finally:
        os.close(directory)


def test_whoever_comes_later_is_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crowded: socket.socket
) -> None:
    pauses: list[float] = []

    def goes_on(pause: float) -> None:
        pauses.append(pause)
        crowded.accept()[0].close()

    monkeypatch.setattr("time.sleep", goes_on)
    connect(tmp_path).close()
    assert pauses == [client.QUEUE_PAUSE]


@pytest.mark.usefixtures("crowded")
def test_nobody_waits_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments, pauses = iter([0.0, client.SILENCE, client.SILENCE + 1.0]), iter([None])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    monkeypatch.setattr("time.sleep", lambda _: next(pauses))
    with pytest.raises(DaemonUnavailable) as raised:
        connect(tmp_path)
    path = tmp_path / "socket"
    assert raised.value.sentence == f"cannot connect to {path}: too many wait for it"
    assert raised.value.hint == f"ls -ld {path}"
    assert [*moments, *pauses] == []
