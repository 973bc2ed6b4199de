"""What an answer from memory asks of the kernel, counted: a budget that needs no clock."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from keyturn import __version__
from support.daemon import wire
from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

ROUNDS = 30
BUDGET = 14
"""System calls of one answer whose request came with its connection, or within a moment: 8 or 9."""
LATE = 18
"""The same where its bytes came later: 15 or 16."""
OF_OTHERS = 7
"""The same without those that depend on when the bytes came (WAITING): 6, and what the daemon does between."""
WAITING = ("poll", "epoll_wait", "epoll_ctl", "recvfrom")
OF_THREADS = "futex"
"""Two that hand over to each other: twice a second one looks whether the state is still there. An answer for which
one did would show by the loop's being woken."""
OF_A_BEGINNING = 12
"""What a thread does as it begins: one may, between any two answers."""
KUBE = 7
"""What kube adds: two /proc/PID/stat and a look at what `setup kube` recorded. For client-go it is the link to the
program, too; no process can play that twice without being taken for refused."""
BEGIN = b"GET /begin HTTP/1.1\r\n\r\n"
END = b"GET /the-end HTTP/1.1\r\n\r\n"
CALL = re.compile(r"\d+ +(?:<\.\.\. )?(\w+)[( ](?!resumed)")


class Traced:
    """A daemon that is traced from its start, with a token for everything in memory."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine = machine
        self.ready = emulator.ready
        self.trace = machine.home / "trace"
        machine.use(emulator)
        secret = emulator.ready.clients["service"]["secret"]
        machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
        machine.run("keyturn", "daemon", "stop", status=0)
        strace = (need("strace"), "-f", "-qq", "-s", "64", "-o", str(self.trace))
        self.daemon = machine.start(*strace, str(PROGRAMS / "keyturn"), "daemon", "run")
        assert self.daemon.stderr is not None
        assert any(b" ready " in line for line in self.daemon.stderr)

    def requests(self) -> dict[str, bytes]:
        """One of each family, as the helpers send them."""
        host = self.ready.git.removeprefix("https://")
        asked = (
            f"capability[]=authtype\ncapability[]=state\nprotocol=https\nhost={host}\npath=contoso/demo/_git/app\n"
        )
        info = {
            "apiVersion": "client.authentication.k8s.io/v1",
            "kind": "ExecCredential",
            "spec": {"interactive": False, "cluster": {"server": self.ready.cluster}},
        }
        return {
            "git": wire.post("/v1/git/get", asked.encode(), "Keyturn-Terminal: 0"),
            "docker": wire.post("/v1/docker/get", self.ready.registry.encode(), "Keyturn-Terminal: 0"),
            "kube": wire.post("/v1/kube/get-token", json.dumps(info).encode(), "Keyturn-Terminal: 0"),
            "keyturn": wire.post("/v1/keyturn/token?arg=ci&arg=--audience&arg=azure-devops", b"", *self.typed()),
        }

    def typed(self) -> tuple[str, str]:
        """What `keyturn` itself says of its caller."""
        return f"User-Agent: keyturn/{__version__}", f"Keyturn-Env-HOME: {self.machine.home}"

    def end(self) -> list[str]:
        """The calls between the two marks."""
        self.machine.run("keyturn", "daemon", "stop", status=0)
        self.daemon.communicate()
        lines = self.trace.read_text(errors="replace").splitlines()
        marks = [number for number, line in enumerate(lines) if re.search(r"recvfrom\(.*GET /(begin|the-end) ", line)]
        return [found[1] for line in lines[marks[0] + 1 : marks[1]] if (found := CALL.match(line))]


@pytest.fixture
def traced(machine: Machine, emulator: Emulator) -> Traced:
    return Traced(machine, emulator)


@pytest.mark.root  # the daemon lets nobody else of its user look inside
@pytest.mark.parametrize(
    ("family", "budget"), [("git", BUDGET), ("docker", BUDGET), ("kube", BUDGET + KUBE), ("keyturn", BUDGET)]
)
def test_an_answer_from_memory_is_cheap(traced: Traced, family: str, budget: int) -> None:
    path, requests = traced.machine.socket, traced.requests()
    request = requests[family]
    assert wire.exchange(path, requests["git"]).status == 200  # whose token is that of `keyturn token`, too
    assert wire.exchange(path, request).status == 200
    wire.exchange(path, BEGIN)
    for _ in range(ROUNDS):
        answer = wire.exchange(path, request)
        assert answer.status == 200
        assert len(answer.body) > 100
    wire.exchange(path, END)
    calls = Counter(call for call in traced.end() if call != OF_THREADS)
    assert calls["recvfrom"] >= ROUNDS
    late = calls["epoll_ctl"] // 2  # on a machine with other work: watched, and no longer watched
    begun = OF_A_BEGINNING * calls["clone3"]
    assert sum(calls.values()) <= budget * ROUNDS + (LATE - BUDGET) * late + begun, calls
    others = sum(calls.values()) - sum(calls[name] for name in WAITING)
    assert others <= (budget - BUDGET + OF_OTHERS) * ROUNDS + begun, calls
    stats = calls["stat"] + calls["newfstatat"] + calls["statx"]
    # One of the configuration, kube another of the list of recorded clusters; now and then, of their directories.
    assert stats < (2.5 if family == "kube" else 1.5) * ROUNDS, calls


@pytest.mark.root
def test_an_answer_to_somebody_slow_is_cheap_too(traced: Traced) -> None:
    path, request = traced.machine.socket, traced.requests()["docker"]
    assert wire.exchange(path, request).status == 200
    wire.exchange(path, BEGIN)
    late = [wire.dial(path) for _ in range(ROUNDS)]
    wire.status(path)  # all are taken by now
    for connection in late:
        connection.sendall(request)
        assert wire.hear(connection).status == 200
    wire.exchange(path, END)
    calls = Counter(call for call in traced.end() if call != OF_THREADS)
    assert sum(calls.values()) <= LATE * ROUNDS + 120, calls
