"""keyturnd: started by `keyturn` on a socket that is already bound (see keyturn.launch)."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.errors import KeyturnError, UsageError, report
from keyturn.paths import config_file, state_directory
from keyturnd import activation, hardening, journal
from keyturnd.api import Api
from keyturnd.clock import SystemClock
from keyturnd.configuration import Configuration
from keyturnd.service import PATIENCE, Service
from keyturnd.services import Services
from keyturnd.statelock import HolderElsewhere, StateLock

if TYPE_CHECKING:
    from keyturnd.clock import Clock

FOREGROUND = "--foreground"
SUCCESSION = PATIENCE + 2.0
"""Seconds to wait for a predecessor on this host that is still finishing its answers: its socket is gone, or we
would not have been started. Meanwhile callers wait in our backlog."""
LOOK_AGAIN = 0.02
"""Seconds between two attempts at its lock, which tells nobody when it is released."""
LEVELS = ("error", "info", "debug")


def main() -> int:
    """Serve until idle or told to leave; the exit status."""
    try:
        hardening.harden()
        if sys.argv[1:] not in ([], [FOREGROUND]):
            raise UsageError("keyturnd takes no arguments", "keyturn daemon start")
        listener = activation.inherited_socket()
        hardening.close_descriptors([listener.fileno()])
        return _serve(listener, foreground=FOREGROUND in sys.argv)
    except KeyturnError as error:
        return report(error, sys.stderr)
    except KeyboardInterrupt:
        return 130


def _serve(listener: socket.socket, *, foreground: bool) -> int:
    path, state, clock = activation.path_of(listener), state_directory(), SystemClock()
    configuration = Configuration(config_file())
    services = Services(configuration=configuration, state_directory=state, clock=clock)
    api = Api(services)
    lock = None
    try:
        lock = _take_state(state, path, clock)
        _open_log(configuration, state, foreground=foreground)
    except KeyturnError as error:
        if foreground:
            raise
        api.refusal = error  # told to every caller: a daemon that just died would leave them without a reason
    again = _run(Service(listener=listener, path=path, services=services, api=api, clock=clock))
    if lock is not None:
        lock.release()
    if again:
        activation.exec_again(listener)
    return 0


def _take_state(state: Path, path: str, clock: Clock) -> StateLock:
    """The state directory's lock. Raises StateError, HolderElsewhere above all."""
    deadline = clock.boottime() + SUCCESSION
    while True:
        try:
            return StateLock.acquire(state, Path(path))
        except HolderElsewhere as error:
            if error.host not in {None, socket.gethostname()} or clock.boottime() > deadline:
                raise
        time.sleep(LOOK_AGAIN)


def _open_log(configuration: Configuration, state: Path, *, foreground: bool) -> None:
    named = os.environ.get("KEYTURN_LOG")
    level = named if named in LEVELS else _configured_level(configuration)
    if foreground:
        journal.log_to_stderr(level)
    else:
        journal.open_log(state, level)
    if named not in LEVELS:
        configuration.on_change.append(lambda config: journal.set_level(config.daemon.log))


def _configured_level(configuration: Configuration) -> str:
    return "info" if configuration.error is not None else configuration.current().daemon.log


def _run(service: Service) -> bool:
    try:
        import uvloop  # noqa: PLC0415 - does not install everywhere
    except ImportError:
        return asyncio.run(service.run())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(service.run())


if __name__ == "__main__":
    sys.exit(main())
