"""The daemon's life: inherited socket, signals, upgrades, idleness, and leaving without losing a request."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keyturn
import keyturnd
from keyturn.errors import StateError
from keyturn.reach.paths import LOCK_NAME, open_private_directory
from keyturnd.journal import note, write_aside
from keyturnd.life import activation, ends, hardening, unburdened
from keyturnd.life.lookout import Lookout
from keyturnd.routes.table import load_the_rest
from keyturnd.server.acceptor import Acceptor
from keyturnd.server.connections import IN_ALL, Connections
from keyturnd.server.foremost import Foremost

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from keyturnd.clock import Clock
    from keyturnd.routes.api import Api
    from keyturnd.services import Services

PATIENCE = 10.0
"""Seconds that answers in flight get when we are told to leave: more than any silent step takes at a healthy
provider, less than the 90 s after which systemd kills."""
REFUSAL_STAY = 2.0
"""Seconds after which a daemon that can only refuse is gone, even if somebody asks again and again: it must not be
in the way of one that is started with other settings."""
SETTLING_IN = 0.2
"""Seconds after the start."""
BROKEN_STAY = 10.0
"""Seconds without a request after which a daemon leaves whose configuration has been invalid since its start: nothing
is lost with it."""
ITERATIONS = 3
"""Of the loop, from a signal's arrival to the end of its handler: it is polled, read, and called."""


class Service:
    """Accepts connections on the inherited socket until told, or right, to leave."""

    def __init__(
        self,
        *,
        listener: socket.socket,
        path: str,
        services: Services,
        api: Api,
        clock: Clock,
        state_is_ours: Callable[[], bool],
    ) -> None:
        limit = hardening.connection_limit(IN_ALL)
        self.connections = Connections(api, at_once=api.at_once, recall=api.recall, in_all=limit)
        self.loop_selector = Foremost()
        self._acceptor = Acceptor(listener, self.connections, self.loop_selector)
        self._path = path
        self._services = services
        self._api = api
        self._clock = clock
        self._began = clock.boottime()
        package = Path(keyturnd.__file__).parent
        self._lookout = Lookout(
            path,
            package,
            clock=clock,
            busy=self._busy,
            longest_idleness=self._longest_idleness,
            state_is_ours=state_is_ours,
        )
        self._leaving = asyncio.Event()
        self._again = False
        self._looks = 0
        self.connections.on_left = self._served
        services.facts = self.facts
        services.leave = self.leave

    async def run(self) -> bool:
        """Serve; whether to go on as a new process on the same socket."""
        with ends.calling(self.leave):
            return await self._serve()

    async def _serve(self) -> bool:
        loop = asyncio.get_running_loop()
        signal.pthread_sigmask(
            signal.SIG_UNBLOCK, ends.ENDS
        )  # what came while a predecessor became us, see _come_back
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that happened to start us is gone: no reason
        loop.set_exception_handler(_note_bug)
        self._acceptor.start()
        renewing = loop.create_task(self._services.broker.keep_fresh())
        looking = loop.create_task(self._look_around())
        loading = loop.create_task(self._load_the_rest())
        note("ready", pid=os.getpid(), version=keyturn.__version__, socket=self._path)
        await self._leaving.wait()
        renewing.cancel()
        looking.cancel()
        loading.cancel()
        await self._stop_serving()
        again = self._again and await self._come_back()
        if not again:
            self._unlink()  # once more: it was kept for a restart that somebody has ended
        note("restarting" if again else "leaving", pid=os.getpid(), served=self.connections.served)
        return again

    def leave(self, *, again: bool = False) -> None:
        """Finish what is being answered and leave; with `again` come back as a new process, unless told to end."""
        self._again = again and (self._again or not self._leaving.is_set())
        self._leaving.set()

    async def _come_back(self) -> bool:
        """Whether nobody has told us to end meanwhile. From here on whoever does tells the process we become.

        A blocked signal outlives execve(2); one that nobody handles between two event loops would be lost, and the
        daemon that was told to end would go on.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, ends.ENDS)
        for _ in range(ITERATIONS):
            await asyncio.sleep(0)
        return self._again

    def facts(self) -> dict[str, Any]:
        """What /v1/status says of the process."""
        return {
            "version": keyturn.__version__,
            "pid": os.getpid(),
            "uptime": round(self._clock.boottime() - self._began, 3),
            "socket": self._path,
            "connections": len(self.connections.open) + len(self.connections.refused),
            "served": self.connections.served,
            "memory_kib": hardening.memory(),
            "descriptors": hardening.descriptors(),
        }

    def _served(self) -> None:
        """Whoever merely looked is no reason to stay: a status on a screen would keep all secrets in memory."""
        looks, self._looks = self._looks, self._api.looks
        if looks == self._looks:
            self._lookout.served()

    async def _look_around(self) -> None:
        while not self._leaving.is_set():
            await self._clock.sleep_until(self._clock.boottime() + self._lookout.pause())
            reason = await self._lookout.look()
            if reason is not None:
                note(reason, socket=self._path)
                self.leave(again=reason in {"state moved", "upgraded"})

    async def _load_the_rest(self) -> None:
        """A little at a time, once those who have waited for our start are answered."""
        await asyncio.sleep(SETTLING_IN)
        unburdened.sweep()
        for _ in load_the_rest():
            await asyncio.sleep(0)
        write_aside()
        self._services.holdings.read_by_threads()
        unburdened.settled()

    def _busy(self) -> bool:
        broker = self._services.broker
        return bool(self.connections.busy() or broker.sign_ins.under_way or broker.flights)

    def _longest_idleness(self) -> float:
        if self._api.refusal is not None:
            return max(0.0, self._began + REFUSAL_STAY - self._clock.boottime())
        last = self._services.configuration.last  # whoever edits the file by hand saves it half done, and mends it
        return (last.daemon.idle_exit or float("inf")) if last else BROKEN_STAY

    async def _stop_serving(self) -> None:
        if not self._again:
            self._unlink()
        self._acceptor.stop()  # whoever connected before the name was gone is still answered
        self.connections.hurry()
        self._services.broker.sign_ins.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                if self.connections.open or self.connections.refused:
                    await self.connections.emptied.wait()
                # A renewal nobody waits for may have rotated a refresh token that is not sealed yet.
                while flights := list(self._services.broker.flights.values()):
                    await asyncio.wait(flights)

    def _unlink(self) -> None:
        """Remove our socket's name, from its directory as long as that is private: it may be another's by now."""
        if activation.is_lent():
            return
        where, name = os.path.split(self._path)
        with suppress(OSError, StateError):  # or a launcher is at work; it will find our socket dead and replace it
            directory = open_private_directory(where)
            try:
                self._unlink_below(directory, name)
            finally:
                os.close(directory)

    def _unlink_below(self, directory: int, name: str) -> None:
        """Under the launchers' lock: never the one another daemon has just bound."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        lock = os.open(LOCK_NAME, flags, 0o600, dir_fd=directory)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._lookout.socket_is_ours():
                os.unlink(name, dir_fd=directory)
        finally:
            os.close(lock)


def _note_bug(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG001 - asyncio's signature
    """Log what nobody caught by class alone: asyncio's own handler prints the exception's text to stderr."""
    note("bug", logging.ERROR, place=type(context.get("exception")).__name__, what=context.get("message", ""))
