"""What takes the place of clocks, threads, processes and the network while a quarter is played."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import cache, partial
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa

from keyturn.errors import KeyturnError
from keyturn_emulator.bearer import signing
from keyturn_emulator.clock import Clock as EmulatorsClock
from keyturnd import services as parts
from keyturnd.acquire.entra import device_code
from keyturnd.acquire.network import transport, trust
from keyturnd.callers import gits
from keyturnd.routes import exec_plugins, kube
from keyturnd.vault import changing, looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyturnd.callers.peer import Tool
    from simulation.acquisitions import InThreads
    from simulation.clock import VirtualClock
    from simulation.provider import Provider

SHORT_KEY = 1024
"""Bits."""
Returned = TypeVar("Returned")
Replacement = tuple[Any, str, Any]
"""An object, an attribute's name, and its value for the time being."""


class AtOnce(NamedTuple):
    """threading.Thread for what waits for nobody."""

    target: Callable[..., None]
    args: tuple[Any, ...]
    name: str
    daemon: bool

    def start(self) -> None:
        """Begin and end."""
        self.target(*self.args)


class Here:
    """keyturnd.threads.Threads without one: the quarter's time would tell how long it takes, and which was faster."""

    def begin(self, work: Callable[..., Returned], *arguments: object) -> Future[Returned]:
        """See Threads."""
        done: Future[Returned] = Future()
        try:
            done.set_result(work(*arguments))
        except KeyturnError as error:
            done.set_exception(error)
        return done


def of_time(clock: VirtualClock) -> Iterator[Replacement]:
    """The clocks of daemon, emulator and libraries, and whatever waits."""
    begin: Any = transport.Transport.__init__
    wait = device_code.Wait
    defaults = tuple(clock.pass_by if each is time.sleep else each for each in begin.__defaults__)
    yield time, "time", clock.wall
    yield time, "sleep", clock.pass_by
    yield begin, "__defaults__", defaults
    yield EmulatorsClock, "now", lambda _clock: clock.wall()
    yield device_code, "Wait", lambda: wait(clock.wall, clock.pass_by)


def of_signatures() -> Iterator[Replacement]:
    """What takes long and changes nothing: long keys, and looking at the same signature once more."""
    short = partial(rsa.generate_private_key, 65537, SHORT_KEY)
    yield signing, "rsa", SimpleNamespace(**vars(rsa) | {"generate_private_key": lambda **_: short()})
    yield signing.Signer, "verify", cache(signing.Signer.verify)


def of_network(provider: Provider) -> Iterator[Replacement]:
    """Requests reach the provider without sockets."""
    client = httpx.Client
    yield trust, "context", lambda _network: False
    yield transport, "Thread", AtOnce
    yield httpx, "Client", lambda **_options: client(transport=provider)


def of_processes(acquisitions: InThreads, tools: dict[int, Tool], programs: dict[Tool, str]) -> Iterator[Replacement]:
    """Acquisitions, and who asks: `tools` by their helper's process id, `programs` by the tool."""
    program: Any = programs.__getitem__
    yield parts, "Acquisitions", lambda: acquisitions
    yield changing, "thread", Here()
    yield looking, "threads", Here()
    for module in (gits, kube, exec_plugins):
        yield module, "tool_behind", tools.get
    for module in (gits, exec_plugins):
        yield module, "program_of", program
        yield module, "arguments_of", lambda tool: (program(tool),)


def of_chance(seed: int) -> Iterator[Replacement]:
    """The daemon's jitter."""
    yield parts, "_chance", partial(Random(seed).uniform, -1, 1)  # noqa: S311 - jitter
