"""From an inherited socket to a daemon that serves on it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from keyturn import hints
from keyturn.errors import KeyturnError, UsageError, report
from keyturn.reach.paths import config_file, state_directory
from keyturnd import unstoppable
from keyturnd.clock import SystemClock
from keyturnd.configuration import Configuration
from keyturnd.life import activation, hardening, inherited, unburdened
from keyturnd.life.service import Service
from keyturnd.life.tenancy import Tenancy
from keyturnd.routes.api import Api
from keyturnd.services import Services

if TYPE_CHECKING:
    import socket

FOREGROUND = "--foreground"


def main() -> int:
    """Serve until idle or told to leave; the exit status."""
    try:
        hardening.harden()
        hardening.raise_descriptor_limit()
        if sys.argv[1:] not in ([], [FOREGROUND]):
            raise UsageError("keyturnd takes no arguments", hints.start_daemon())
        listener = activation.inherited_socket()
        hardening.close_descriptors([listener.fileno()])
        if FOREGROUND not in sys.argv and not activation.is_lent():
            inherited.lay_down()
        return _serve(listener, foreground=FOREGROUND in sys.argv)
    except KeyturnError as error:
        return report(error, sys.stderr)
    except KeyboardInterrupt:
        return 130


def _serve(listener: socket.socket, *, foreground: bool) -> int:
    path, state, clock = activation.path_of(listener), state_directory(), SystemClock()
    configuration = Configuration(config_file())
    services = Services(configuration=configuration, state_directory=state, clock=clock)
    tenancy = Tenancy(state, Path(path), configuration, log_here=foreground)
    api = Api(services, tenancy.begin)
    try:
        tenancy.begin_after_predecessor(clock)
    except KeyturnError as error:
        if foreground:
            raise
        api.refusal = error  # told to every caller: a daemon that just died would leave them without a reason
    service = Service(
        listener=listener, path=path, services=services, api=api, clock=clock, state_is_ours=tenancy.lasts
    )
    unburdened.loaded()
    # Else Runner takes it before `ends` does, which then has a task described to it, for nothing and by `inspect`.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with asyncio.Runner(loop_factory=partial(asyncio.SelectorEventLoop, service.loop_selector)) as runner:
        again = runner.run(service.run())
        if runner.run(unstoppable.is_left()):
            _abandon(listener, again=again)
    tenancy.end()
    if again:
        activation.exec_again(listener)
    return 0


def _abandon(listener: socket.socket, *, again: bool) -> NoReturn:
    """Go as a killed process goes, as threads are waited for otherwise: Python's end joins each of them.

    The state is given up with the process, and no sooner: what a thread still writes would replace a successor's.
    """
    try:
        if again:
            activation.exec_again(listener)
    finally:
        os._exit(0)
