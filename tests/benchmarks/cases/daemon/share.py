"""The daemon's part of a warm answer: from connect to the last byte, and how many it gives in a second.

With one client, eight and 64 at a time, each of which asks again as soon as it is answered. The floor is a blocking
server that answers the same bytes without looking at the request. It is docker's request, because its answer does not
depend on who asks and whether they asked before.
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
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

CLIENTS = (1, 8, 64)
OURS = "daemon"
PIECE = 1 << 16
"""Bytes received at once."""
AT_A_TIME = 20
"""Requests that a client makes one after the other, before it is another contestant's turn."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    request = wire.post("/v1/docker/get", stages[0].emulator.ready.registry.encode())
    for stage in stages:
        stage.native("docker").run()
    answer = exchange(stages[0].socket, request)
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    floor = stages[0].runtime / "echo"
    found: list[Row] = []
    with echo.echo(floor, answer):
        sockets = {stage.label(OURS): stage.socket for stage in stages} | {echo.NAME: floor}
        for clients in CLIENTS:
            contestants = {
                name: partial(from_processes, clients, partial(_stamped, path, request))
                for name, path in sockets.items()
            }
            for name, stamps in in_turns(contestants, max(1, rounds // AT_A_TIME)).items():
                found += rows(name, clients, stamps, () if name == echo.NAME else tuple(sockets))
    return Result(found)


def rows(name: str, clients: int, stamps: list[float], others: tuple[str, ...]) -> Iterator[Row]:
    """Of `stamps`: beginning and end of each request of a turn, turn by turn, in seconds."""
    begun, ended = stamps[::2], stamps[1::2]
    together = clients * AT_A_TIME
    turns = [slice(first, first + together) for first in range(0, len(begun), together)]
    figures = {
        "ms": [(end - begin) * 1000 for begin, end in zip(begun, ended, strict=True)],
        "answers a second": [together / (max(ended[turn]) - min(begun[turn])) for turn in turns],
    }
    for unit, values in figures.items():
        ending = f", {clients} client{'s' if clients > 1 else ''}{'' if unit == 'ms' else f', {unit}'}"
        peers = tuple(other + ending for other in others if other not in {name, OURS})
        yield Row(name + ending, unit, values, peers, name == OURS)


def closed_loop(path: Path, request: bytes) -> list[float]:
    """Milliseconds of some requests, one after the other."""
    stamps = _stamped(path, request)
    return [(end - begin) * 1000 for begin, end in zip(stamps[::2], stamps[1::2], strict=True)]


def _stamped(path: Path, request: bytes) -> list[float]:
    """When each of some requests began and ended, by the clock that all processes share."""
    stamps = []
    for _ in range(AT_A_TIME):
        began = time.perf_counter()
        exchange(path, request)
        stamps += [began, time.perf_counter()]
    return stamps


def exchange(path: Path, request: bytes) -> bytes:
    """The bytes that are answered to `request`; as the helpers do, without waiting for the daemon to hang up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(path))
        connection.sendall(request)
        answer = connection.recv(PIECE)
        while not _is_whole(answer) and (piece := connection.recv(PIECE)):
            answer += piece
    return answer


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    _, _, length = head.partition(b"Content-Length: ")
    return bool(end) and len(body) >= int(length.split(b"\r\n")[0])
