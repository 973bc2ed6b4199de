"""The machine it happens on: a daemon that may be started anew, and the processes that ask it."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import ExitStack
from random import Random
from typing import TYPE_CHECKING, Any, Self, TypeVar
from unittest import mock

import httpx

from keyturn_emulator import ready
from keyturn_emulator.clock import Clock as EmulatorsClock
from keyturn_emulator.world import FIRST_REPOSITORY, ORGANISATIONS, SECRET_FILE
from keyturnd import services as parts
from keyturnd.acquire.entra import device_code
from keyturnd.acquire.network import transport, trust
from keyturnd.callers import gits
from keyturnd.callers.peer import Peer, Tool
from keyturnd.configuration import Configuration
from keyturnd.routes import exec_plugins, kube
from keyturnd.routes.api import Api
from keyturnd.server.reading import RequestReader
from simulation.acquisitions import InThreads
from simulation.clock import VirtualClock
from simulation.provider import Provider
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturnd.server.http import Response

Returned = TypeVar("Returned")

CONFIG = """
[daemon]
key = "file"

[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "{tenant}"
application_id = "{clients[service][application_id]}"
authority = "{authority}"

[profile.me]
provider = "entra"
flow = "device-code"
tenant = "{tenant}"
application_id = "{clients[device][application_id]}"
authority = "{authority}"

[profile.tower]
provider = "awx"
flow = "password"
url = "{controller}"
username = "alice"

[targets.git]
"{git}/contoso" = {{ profile = "ci", service = "azure-devops" }}
"{git}/fabrikam" = {{ profile = "me", service = "azure-devops" }}

[targets.docker]
"{registry}" = {{ profile = "me", service = "acr" }}

[targets.kube]
"{cluster}" = {{ profile = "me", service = "aks" }}
"""


class Person:
    """A connection whose other end shows events to somebody who signs in at once, unless nobody is there."""

    def __init__(self, provider: Provider, *, there: bool) -> None:
        self._provider = provider
        self._there = there

    def show(self, event: dict[str, Any]) -> None:
        if self._there and "code" in event:
            world = self._provider.world
            # The first of several who wait enters the code, the others see that it is done.
            world.entra.devices.decide(str(event["code"]), world.registry.users[0])


class Machine:
    """A context manager: inside, time is the clock's. `seed`: of the daemon's jitter."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.clock = VirtualClock()
        self._seed = seed
        self._stack = ExitStack()
        self._directory = directory
        self._tools: dict[int, Tool] = {}
        self._programs: dict[Tool, str] = {}
        self.acquisitions = InThreads()
        self.starts = 0
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        for target, name, replacement in self._replacements():
            self._stack.enter_context(mock.patch.object(target, name, replacement))
        self.provider = Provider(self._directory / "emulator")
        facts = ready.describe(self.provider.world, ORGANISATIONS, FIRST_REPOSITORY, SECRET_FILE)
        self.facts = facts
        self._config = self._directory / "config.toml"
        self._config.write_text(CONFIG.format(**vars(facts)), encoding="utf-8")
        self.start()
        await self.entrust("ci", facts.clients["service"]["secret"])
        await self.entrust("tower", facts.awx_users["alice"])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._kill()
        await self.settle()
        self._stack.close()

    def start(self) -> None:
        """The daemon, on the state it finds; one that runs is killed first."""
        self._kill()
        self.starts += 1
        self.services = parts.Services(
            configuration=Configuration(self._config), state_directory=self._directory / "state", clock=self.clock
        )
        self.api = Api(self.services, lambda: None)
        self._renewing = asyncio.get_running_loop().create_task(self.services.broker.keep_fresh())

    def _kill(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()

    async def settle(self) -> None:
        """Return once nothing is under way."""
        for _ in range(3):
            await asyncio.sleep(0)
        while flights := list(self.services.broker.flights.values()):
            await asyncio.wait(flights)
            await asyncio.sleep(0)

    def process(self, program: str) -> Tool:
        """A new process of `program`, which may start helpers."""
        tool = Tool(len(self._programs) + 1, 0)
        self._programs[tool] = program
        return tool

    async def ask(self, tool: Tool, target: str, body: bytes, *headers: str, person: bool = False) -> Response:
        """The answer to a helper that `tool` has started, as the server's connection would get it."""
        helper = 1_000_000 + len(self._tools)
        self._tools[helper] = tool
        accepts = ("Accept: application/jsonl",) if person else ()
        said, peer = wire.post(target, body, *headers, *accepts), Peer(helper, os.geteuid())
        reader = RequestReader()
        assert reader.feed(said)
        request = reader.request(peer)
        at_once = self.api.at_once(request, said)
        connection: Any = Person(self.provider, there=person)
        return at_once or await self.api(connection, request)

    async def entrust(self, profile: str, secret: str) -> None:
        """`keyturn secret set PROFILE`."""
        config = self.services.configuration.current()
        await self.services.holdings.keep_secret(config.profiles[profile], secret)
        self.services.broker.forget(profile)

    def _replacements(self) -> list[tuple[Any, str, Any]]:
        clock, client, wait = self.clock, httpx.Client, device_code.Wait
        begin: Any = transport.Transport.__init__
        program: Any = lambda tool: self._programs[tool]  # noqa: E731
        return [
            (time, "time", clock.wall),
            (asyncio, "to_thread", _at_once),
            (time, "sleep", clock.pass_by),
            (EmulatorsClock, "now", lambda _clock: clock.wall()),
            (
                begin,
                "__defaults__",
                tuple(clock.pass_by if each is time.sleep else each for each in begin.__defaults__),
            ),
            (trust, "context", lambda _network: False),
            (httpx, "Client", lambda **_options: client(transport=self.provider)),
            (device_code, "Wait", lambda: wait(clock.wall, clock.pass_by)),
            (parts, "Acquisitions", lambda: self.acquisitions),
            (parts, "SystemRandom", lambda: Random(f"{self._seed} {self.starts}")),  # noqa: S311 - jitter
            *((module, "tool_behind", self._tools.get) for module in (gits, kube, exec_plugins)),
            *((module, "program_of", program) for module in (gits, exec_plugins)),
            *((module, "arguments_of", lambda tool: (program(tool),)) for module in (gits, exec_plugins)),
        ]


async def _at_once(function: Callable[..., Returned], *arguments: object) -> Returned:
    """In place of asyncio.to_thread: disks take no time, and nothing depends on whose thread was faster."""
    return function(*arguments)
