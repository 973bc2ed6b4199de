"""The daemon's life: inherited socket, signals, upgrades, idleness, and leaving without losing a request."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keyturn
import keyturnd
from keyturn.launch import LOCK_NAME
from keyturnd import activation, hardening
from keyturnd.connection import Connection, Connections
from keyturnd.journal import note

if TYPE_CHECKING:
    import socket

    from keyturnd.api import Api
    from keyturnd.clock import Clock
    from keyturnd.services import Services

ROUND = 10.0
"""Seconds between two looks at socket, package and idleness."""
SETTLED = 2.0
"""Seconds a changed package must stay as it is before we become it: pip removes and writes file by file."""
PATIENCE = 10.0
"""Seconds that answers in flight get when we are told to leave: more than any silent step takes at a healthy
provider, less than the 90 s after which systemd kills."""
REFUSAL_STAY = 2.0
"""Seconds without a caller after which a daemon that can only refuse is gone."""
ACCEPTS = 64
"""Connections taken per wake-up, so that a flood of them cannot keep answers from being written."""
OUT_OF_DESCRIPTORS = 0.2
"""Seconds without accepting when descriptors ran out: they come back with the next answers, trying harder won't."""


class Service:
    """Accepts connections on the inherited socket until told, or right, to leave."""

    def __init__(self, *, listener: socket.socket, path: str, services: Services, api: Api, clock: Clock) -> None:
        self.connections = Connections(api)
        self._listener = listener
        self._path = path
        self._identity = activation.identity_of(path)
        self._services = services
        self._api = api
        self._clock = clock
        self._began = clock.boottime()
        self._last_served = (0, self._began)
        self._package = activation.package_stamp(Path(keyturnd.__file__).parent)
        self._changed_since: float | None = None
        self._leaving = asyncio.Event()
        self._again = False
        services.facts = self.facts
        services.leave = self.leave

    async def run(self) -> bool:
        """Serve; whether to go on as a new process on the same socket."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.leave)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that happened to start us is gone: no reason
        loop.set_exception_handler(_note_bug)
        loop.add_reader(self._listener, self._accept)
        background = [loop.create_task(self._services.broker.keep_fresh()), loop.create_task(self._look_around())]
        note("ready", pid=os.getpid(), version=keyturn.__version__, socket=self._path)
        await self._leaving.wait()
        for task in background:
            task.cancel()
        await self._stop_serving()
        note("restarting" if self._again else "leaving", pid=os.getpid(), served=self.connections.served)
        return self._again

    def leave(self, *, again: bool = False) -> None:
        """Finish what is being answered and leave; with `again` come back as a new process."""
        self._again = again
        self._leaving.set()

    def facts(self) -> dict[str, Any]:
        """What /v1/status says of the process."""
        return {
            "version": keyturn.__version__,
            "pid": os.getpid(),
            "uptime": round(self._clock.boottime() - self._began, 3),
            "socket": self._path,
            "connections": len(self.connections.open),
            "served": self.connections.served,
            "memory_kib": hardening.memory(),
            "descriptors": hardening.descriptors(),
        }

    def _accept(self) -> None:
        for _ in range(ACCEPTS):
            try:
                accepted, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in {errno.EMFILE, errno.ENFILE}:
                    raise
                self._pause_accepting()
                return
            accepted.setblocking(False)
            asyncio.get_running_loop().create_task(self._connect(accepted))

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: Connection(self.connections), accepted)
        except OSError:
            accepted.close()  # it left before we looked

    def _pause_accepting(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(OUT_OF_DESCRIPTORS, loop.add_reader, self._listener, self._accept)

    async def _look_around(self) -> None:
        while True:
            pause = REFUSAL_STAY if self._api.refusal is not None else ROUND
            await self._clock.sleep_until(self._clock.boottime() + pause)
            self._look()

    def _look(self) -> None:
        if not activation.still_ours(self._path, self._identity):
            note("socket lost", socket=self._path)
            self.leave()
        elif self.connections.busy() or self._services.broker.sign_ins.under_way:
            self._last_served = (-1, self._clock.boottime())
        elif self._upgraded():
            self.leave(again=True)
        elif self._idle():
            self.leave()

    def _upgraded(self) -> bool:
        """Whether our code on disk is another, whole, than the one that runs."""
        stamp = activation.package_stamp(Path(keyturnd.__file__).parent)
        if stamp == self._package or stamp is None:
            self._changed_since = None
            return False
        now = self._clock.boottime()
        if self._changed_since is None:
            self._changed_since = now
        return now - self._changed_since >= SETTLED

    def _idle(self) -> bool:
        served, since = self._last_served
        now = self._clock.boottime()
        if served != self.connections.served:
            self._last_served = (self.connections.served, now)
            return False
        return now - since >= self._longest_idleness()

    def _longest_idleness(self) -> float:
        if self._api.refusal is not None:
            return REFUSAL_STAY
        if self._services.configuration.error is not None:
            return ROUND
        return self._services.configuration.current().daemon.idle_exit or float("inf")

    async def _stop_serving(self) -> None:
        if not self._again:
            self._unlink()
        self._accept()  # whoever connected before the name was gone is still answered
        asyncio.get_running_loop().remove_reader(self._listener)
        await asyncio.sleep(0)  # lets those just accepted be counted
        if self.connections.open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.connections.emptied.wait(), PATIENCE)

    def _unlink(self) -> None:
        """Remove our socket's name, under the launchers' lock: never the one another daemon has just bound."""
        if activation.is_lent():
            return
        try:
            lock = os.open(Path(self._path).parent / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if activation.still_ours(self._path, self._identity):
                Path(self._path).unlink()
        except OSError:
            pass  # a launcher is at work; it will find our socket dead and replace it
        finally:
            os.close(lock)


def _note_bug(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG001 - asyncio's signature
    """Log what nobody caught by class alone: asyncio's own handler prints the exception's text to stderr."""
    note("bug", logging.ERROR, place=type(context.get("exception")).__name__, what=context.get("message", ""))
