"""The machine it happens on: a daemon that may be started anew, and the processes that ask it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from unittest import mock

from keyturn_emulator import ready
from keyturn_emulator.world import FIRST_REPOSITORY, ORGANISATIONS, SECRET_FILE
from keyturnd.callers.peer import Peer, Tool
from keyturnd.configuration import Configuration
from keyturnd.routes.api import Api
from keyturnd.server.reading import RequestReader
from keyturnd.services import Services
from simulation import replacements
from simulation.acquisitions import InThreads
from simulation.clock import VirtualClock
from simulation.provider import Provider
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from keyturnd.server.http import Response

Returned = TypeVar("Returned")
WAITS = ("Accept: application/jsonl",)
CONFIG = Path(__file__).parent / "config.toml"


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
    """A context manager: inside, time is the clock's.

    seed: of the daemon's jitter and of the lives of tokens. signed_in: told of each sign-in, with the claims it met.
    """

    def __init__(self, directory: Path, seed: int, signed_in: Callable[[str | None], None]) -> None:
        self.clock = VirtualClock()
        self._seed = seed
        self._stack = ExitStack()
        self._directory = directory
        self.certificate = directory / "robot.pem"
        self._tools: dict[int, Tool] = {}
        self._programs: dict[Tool, str] = {}
        self.acquisitions = InThreads(signed_in)
        self.challenges: dict[str, set[str]] = {}
        """The claims (JSON) that organizations have told git to want."""
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._replace(chain(replacements.of_time(self.clock), replacements.of_signatures()))
        # Looked for by every acquisition, which is a process of its own elsewhere.
        self._stack.enter_context(mock.patch.dict(sys.modules, {"msal_extensions": None}))
        self.provider = Provider(self._directory / "emulator", self._seed)
        self._replace(
            chain(
                replacements.of_network(self.provider),
                replacements.of_processes(self.acquisitions, self._tools, self._programs),
                replacements.of_chance(self._seed),
            )
        )
        self.facts = ready.describe(self.provider.world, ORGANISATIONS, FIRST_REPOSITORY, SECRET_FILE)
        self._config = self._directory / "config.toml"
        self._config.write_text(self._configuration(), encoding="utf-8")
        self.start()
        await self.entrust("ci", self.facts.clients["service"]["secret"])
        await self.entrust("tower", self.facts.awx_users["alice"])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._kill()
        await self.settle()
        self._stack.close()

    def _replace(self, wanted: Iterable[replacements.Replacement]) -> None:
        for target, name, replacement in wanted:
            self._stack.enter_context(mock.patch.object(target, name, replacement))

    def _configuration(self) -> str:
        """With continuous access evaluation in every other quarter."""
        variant = {"certificate": self.certificate, "cae": json.dumps(self._seed % 2 == 0)}
        return CONFIG.read_text(encoding="utf-8").format(**vars(self.facts), **variant)

    def start(self) -> None:
        """The daemon, on the state it finds; one that runs is killed first."""
        self._kill()
        self.services = Services(
            configuration=Configuration(self._config), state_directory=self._directory / "state", clock=self.clock
        )
        self.api = Api(self.services, lambda: None)
        self._renewing = asyncio.get_running_loop().create_task(self.services.broker.keep_fresh())

    def _kill(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()

    async def settle(self) -> None:
        """Return once everybody waits for the clock."""
        ready: Any = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0)
            if ready._ready:
                continue
            if not self.acquisitions.running:
                return
            await self.acquisitions.landed()

    async def finished(self, *work: Awaitable[Returned]) -> list[Returned]:
        """What all of `work`, begun at once, returns."""
        return await self.clock.finish(asyncio.gather(*work), self.settle)

    def process(self, program: str) -> Tool:
        """A new process of `program`, which may start helpers."""
        tool = Tool(len(self._programs) + 1, 0)
        self._programs[tool] = program
        return tool

    async def help(self, tool: Tool, target: str, body: bytes, *, person: bool) -> Response:
        """What a helper that `tool` starts gets or, where that is no answer, its twin: the process that it becomes.

        person: whether the twin waits for one.
        """
        helper = self._helper(tool)
        answer = await self._ask(helper, target, body)
        if answer.status == 200:
            return answer
        return await self._ask(helper, target, body, *(WAITS if person else ()))

    async def tell(self, target: str, *, person: bool = False, **body: str) -> Response:
        """The answer to a verb of `keyturn`."""
        helper, said = self._helper(self.process("keyturn")), json.dumps(body).encode()
        return await self._ask(helper, target, said, *(WAITS if person else ()))

    def _helper(self, tool: Tool) -> int:
        helper = 1_000_000 + len(self._tools)
        self._tools[helper] = tool
        return helper

    async def _ask(self, helper: int, target: str, body: bytes, *headers: str) -> Response:
        """As the server's connection would get it."""
        said, peer = wire.post(target, body, *headers), Peer(helper, os.geteuid())
        reader = RequestReader()
        assert reader.feed(said)
        request = reader.request(peer)
        at_once = self.api.at_once(request, said)
        connection: Any = Person(self.provider, there=request.waits)
        return at_once or await self.api(connection, request)

    async def entrust(self, profile: str, secret: str) -> None:
        """`keyturn secret set PROFILE`."""
        answer = await self.tell("/v1/secret", profile=profile, secret=secret)
        assert answer.status == 200
