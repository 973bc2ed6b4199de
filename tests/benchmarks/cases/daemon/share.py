"""The daemon's part of a warm answer: from connect to the last byte, with one client, eight and 64 at a time.

The floor is a blocking server that answers the same bytes without looking at the request. It is docker's request,
because its answer does not depend on who asks and whether they asked before.
"""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.peers import echo
from benchmarks.timing import from_processes, in_turns
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

CLIENTS = (1, 8, 64)
OURS = "daemon"
AT_A_TIME = 20
"""Requests that a client makes one after the other, before it is another contestant's turn."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    request = wire.post("/v1/docker/get", stages[0].emulator.ready.registry.encode())
    for stage in stages:
        stage.native("docker").run()
    answer = exchange(stages[0].socket, request)
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    floor = stages[0].runtime / "echo"
    rows = []
    with echo.echo(floor, answer):
        for clients in CLIENTS:
            sockets = {stage.label(OURS): stage.socket for stage in stages} | {echo.NAME: floor}
            contestants = {
                name: partial(from_processes, clients, partial(closed_loop, path, request))
                for name, path in sockets.items()
            }
            others = tuple(name for name in sockets if name != OURS)
            for name, values in in_turns(contestants, max(1, rounds // AT_A_TIME)).items():
                rows.append(_row(name, clients, values, () if name == echo.NAME else others))
    return Result(rows)


def _row(name: str, clients: int, values: list[float], others: tuple[str, ...]) -> Row:
    ending = f", {clients} client{'s' if clients > 1 else ''}"
    return Row(name + ending, "ms", values, tuple(other + ending for other in others if other != name), name == OURS)


def closed_loop(path: Path, request: bytes) -> list[float]:
    """Milliseconds of some requests, one after the other."""
    times = []
    for _ in range(AT_A_TIME):
        began = time.perf_counter()
        exchange(path, request)
        times.append((time.perf_counter() - began) * 1000)
    return times


def exchange(path: Path, request: bytes) -> bytes:
    """The bytes that are answered to `request`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(path))
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))
