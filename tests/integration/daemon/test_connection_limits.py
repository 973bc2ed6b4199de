"""Peers that are slow, silent, greedy or broken: each gets its answer or its end, and the others do not notice."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from keyturnd.life.hardening import LEAST_DESCRIPTORS
from keyturnd.server.connections import PER_PROCESS, UNFINISHED_BYTES
from support.daemon import wire
from support.machine.machine import PROGRAMS, Machine
from support.proc import stat_of

MIB = 1 << 20
NOT_OURS = b"protocol=https\nhost=github.com\n"
HOLD_CONNECTIONS = """
import socket, sys
held = []
for _ in range(int(sys.argv[2])):
    held.append(socket.socket(socket.AF_UNIX))
    held[-1].connect(sys.argv[1])
print("holding", flush=True)
sys.stdin.read()
"""
WITH_FEW_DESCRIPTORS = """
import os, resource, sys
few = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.fixture
def path(machine: Machine) -> Path:
    """The socket of a running daemon."""
    machine.run("keyturn", "daemon", "start", status=0)
    return machine.socket


def quiet(path: Path) -> dict[str, Any]:
    """The daemon's figures once nobody else is connected."""
    while (figures := wire.status(path))["connections"] > 1:
        pass
    return figures


def test_slow_clients_delay_nobody_and_are_cut_off(path: Path) -> None:
    silent = [wire.dial(path) for _ in range(50)]
    half = wire.dial(path)
    half.sendall(b"POST /v1/git/get HTTP/1.1\r\nContent-Length: 100\r\n\r\nprotocol=")
    dripping = wire.dial(path)
    drips = iter(b"GET /v1/status HTTP/1.1\r\nX: " + b"x" * MIB)
    assert wire.status(path)["connections"] == 53
    while not select.select([dripping], [], [], 0)[0]:
        dripping.sendall(bytes([next(drips)]))
        wire.status(path)
    for connection in [*silent, half, dripping]:
        answer = wire.hear(connection)
        assert (answer.status, answer.problem["detail"]) == (408, "no complete request within 5 seconds")
    assert quiet(path)["connections"] == 1


def test_what_follows_a_request_is_not_read(path: Path) -> None:
    once = wire.exchange(path, wire.STATUS + b"POST /v1/daemon/stop HTTP/1.1\r\nAccept: application/jsonl\r\n\r\n")
    assert once.status == 200
    assert wire.exchange(path, wire.STATUS + b"noise").status == 200
    assert wire.status(path)["served"] == json.loads(once.body)["served"] + 2


def test_one_process_may_not_take_all_connections(path: Path) -> None:
    greedy = [sys.executable, "-c", HOLD_CONNECTIONS, str(path), str(PER_PROCESS)]
    with subprocess.Popen(greedy, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holding\n"
        assert wire.status(path)["connections"] == PER_PROCESS + 1  # we are another process
        process.communicate()
    held = [wire.dial(path) for _ in range(PER_PROCESS)]
    assert wire.exchange(path, wire.post("/v1/git/get", NOT_OURS)).status == 200
    told = wire.hear(held.pop(0))
    assert (told.status, told.problem["detail"]) == (503, "too many connections at once")
    for connection in held:
        connection.close()
    assert quiet(path)["connections"] == 1


def test_a_flood_of_halves_keeps_nobody_out_and_is_told_why(path: Path) -> None:
    half = b"POST /v1/git/get HTTP/1.1\r\nContent-Length: 100\r\n\r\nprotocol="
    flood = [wire.dial(path) for _ in range(4 * PER_PROCESS)]
    for connection in flood:
        wire.say(connection, half)
    assert wire.exchange(path, wire.post("/v1/git/get", NOT_OURS)).status == 200
    for connection in flood[: 3 * PER_PROCESS]:
        assert b"too many connections at once" in connection.recv(MIB)
    for connection in flood:
        connection.close()
    assert quiet(path)["connections"] == 1


def test_unfinished_bodies_together_are_limited(path: Path) -> None:
    before = quiet(path)["memory_kib"]["rss"]
    half = wire.post("/v1/git/get", bytes(MIB))[:-1]
    held = [wire.dial(path) for _ in range(4 * UNFINISHED_BYTES // MIB)]
    for connection in held:
        wire.say(connection, half)
    told = wire.hear(held[0])
    assert (told.status, told.problem["detail"]) == (503, "too many unfinished requests at once")
    assert wire.status(path)["memory_kib"]["rss"] - before < 3 * UNFINISHED_BYTES >> 10
    for connection in held:
        connection.close()
    assert quiet(path)["connections"] == 1


def test_running_out_of_descriptors_neither_kills_nor_spins(machine: Machine) -> None:
    with subprocess.Popen(
        with_descriptors(LEAST_DESCRIPTORS), env=machine.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as daemon:
        assert daemon.stderr is not None
        assert b" ready " in daemon.stderr.readline()
        before = cpu_seconds(daemon.pid)
        held = [wire.dial(machine.socket) for _ in range(60)]
        assert wire.hear(held.pop(0)).status == 503  # of too many that say nothing, the oldest gives way
        assert cpu_seconds(daemon.pid) - before < 2  # of the 5 s that a spinning loop would have used up
        for connection in held:
            connection.close()
        assert wire.status(machine.socket)["pid"] == daemon.pid
        daemon.terminate()
        daemon.communicate()


def test_with_too_few_descriptors_ever_to_fetch_a_token_none_begins(machine: Machine) -> None:
    few = with_descriptors(LEAST_DESCRIPTORS - 1)
    told = subprocess.run(few, env=machine.environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stderr == (
        "keyturn: error: no more than 47 files may be open at once here, and the daemon takes 48\n"
        "keyturn: hint: start it where that is not limited, or to 1024, as is usual: `ulimit -Hn` tells\n"
    )


def with_descriptors(few: int) -> list[str]:
    """The command of a daemon in the foreground that may have so many, and has no right to more."""
    return [sys.executable, "-c", WITH_FEW_DESCRIPTORS, str(few), str(PROGRAMS / "keyturn"), "daemon", "run"]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = stat_of(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


STAGES = (
    b"",
    b"GE",
    b"GET /v1/status HTT",
    b"POST /v1/git/get HTTP/1.1\r\nContent-Le",
    b"POST /v1/git/get HTTP/1.1\r\nContent-Length: 10\r\n\r\nprot",
    wire.STATUS,
    b"noise\r\n\r\n",
)


def test_clients_that_leave_leave_nothing_behind(path: Path) -> None:
    before = quiet(path)
    for _ in range(20):
        for said in STAGES:
            with wire.dial(path) as connection:
                connection.sendall(said)
        after = quiet(path)
    assert after["descriptors"] == before["descriptors"]


def test_descriptors_that_are_sent_along_are_not_kept(path: Path) -> None:
    before = quiet(path)
    with wire.dial(path) as connection, Path(os.devnull).open() as file:
        for _ in range(50):
            socket.send_fds(connection, [b"P"], [file.fileno()] * 100)
        assert wire.status(path)["descriptors"] == before["descriptors"] + 1


@pytest.mark.parametrize("how", [socket.SHUT_RD, socket.SHUT_RDWR])
def test_a_client_that_will_not_hear_the_answer(path: Path, how: int) -> None:
    for _ in range(20):
        with wire.dial(path) as connection:
            connection.sendall(wire.STATUS)
            connection.shutdown(how)
    assert quiet(path)["connections"] == 1


def test_ten_thousand_requests_leave_no_trace(path: Path) -> None:
    request = wire.post("/v1/git/get", NOT_OURS)

    def ask(number: int) -> int:
        return sum(wire.exchange(path, request).status for _ in range(number))

    ask(500)  # lets caches and arenas fill
    before = quiet(path)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, [250] * 40)) == 200 * 10_000
    after = quiet(path)
    assert after["descriptors"] == before["descriptors"]
    assert after["memory_kib"]["pss"] - before["memory_kib"]["pss"] < 4096
