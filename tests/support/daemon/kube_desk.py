"""The route of kubectl's helper, and real processes that come to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from keyturn.configuration.config import parse
from keyturnd.callers.complaints import Complaints
from keyturnd.callers.handed import Handed
from keyturnd.callers.peer import Peer
from keyturnd.routes import kube
from keyturnd.server.http import Request, Response
from support.daemon.brokers import Bench, Person
from support.scenes.cluster import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn.configuration.config import Config
    from keyturnd.services import Services


SERVER = "https://aks.example"
CONFIG = """
[profile.ci]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "client-secret"

[profile.me]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[targets.kube]
"https://aks.example" = "ci"
"https://personal.example" = "me"
"""

DISPATCHER = """
import os, signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print(subprocess.Popen(["cat"]).pid, flush=True)
signal.sigwait([signal.SIGUSR1])
os.dup2(0, 3)
os.execv("/bin/sh", ["sh", "-c", "cat <&3 & echo $!; wait"])
"""


class Desk:
    """The route with what it needs, and the processes that come to it."""

    def __init__(self, directory: Path) -> None:
        self.bench = Bench(directory / "vault")
        self.config = parse(directory / "config.toml", CONFIG.encode())
        self.own = record(directory, SERVER, "ci")
        record(directory, "https://personal.example", "me")
        self.complaints = Complaints(self.bench.clock)
        self.services = cast(
            "Services",
            SimpleNamespace(
                configuration=self,
                broker=self.bench.broker,
                complaints=self.complaints,
                handed=Handed(self.bench.clock),
                understood={},
                state_directory=directory,
            ),
        )

    def current(self) -> Config:
        """As keyturnd.configuration.Configuration has it."""
        return self.config

    @property
    def known(self) -> Config:
        """The same."""
        return self.config

    def request(self, helper: int, info: str = "", *arguments: str) -> Request:
        return Request("POST", "/v1/kube/get-token", arguments, {}, info.encode(), Peer(helper, os.geteuid()))

    async def ask(self, helper: int, info: str = "", *arguments: str, person: Person | None = None) -> Response:
        request = self.request(helper, info, *arguments)
        return await kube.get_token(self.services, request, person or Person(waits=False), "")

    async def token(self, helper: int, info: str = "", *arguments: str, person: Person | None = None) -> str:
        answer = await self.ask(helper, info, *arguments, person=person)
        return str(document(answer)["status"]["token"])


def document(answer: Response) -> dict[str, Any]:
    assert (answer.status, answer.exit_status) == (200, 0)
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    await made.bench.entrust(cast("Any", made.config.profiles["ci"]))
    return made


@pytest.fixture
def helpers() -> Iterator[list[int]]:
    """Three processes that this one started, as a kubectl starts its helpers."""
    children = [subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(3)]
    yield [child.pid for child in children]
    for child in children:
        child.communicate()


@pytest.fixture
def dispatcher() -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts a helper, and on a signal becomes another program that starts one."""
    command = [sys.executable, "-c", DISPATCHER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.communicate()


class Client:
    """Another process that starts a helper: `arguments` are behind its program's name."""

    CODE = "import subprocess; c = subprocess.Popen(['cat']); print(c.pid, flush=True); c.wait()"

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-c", self.CODE, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.helper = int(self._process.stdout.readline())

    def __enter__(self) -> int:
        return self.helper

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
