"""Taking possession of the state directory: its lock for life, and the log in it."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

from keyturn.reach.paths import LOG_LEVELS
from keyturnd import journal
from keyturnd.life.service import PATIENCE
from keyturnd.life.statelock import HolderElsewhere, StateLock

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.clock import Clock
    from keyturnd.configuration import Configuration

SUCCESSION = PATIENCE + 2.0
"""Seconds to wait for a predecessor on this host that is still finishing its answers: its socket is gone, or we
would not have been started. Meanwhile callers wait in our backlog."""
LOOK_AGAIN = 0.02
"""Seconds between two attempts at its lock, which tells nobody when it is released."""


class Tenancy:
    """Of `state`, for the daemon whose socket is `path`. `log_here`: to stderr instead of the directory."""

    def __init__(self, state: Path, path: Path, configuration: Configuration, *, log_here: bool) -> None:
        self._state = state
        self._path = path
        self._configuration = configuration
        self._log_here = log_here
        self._lock: StateLock | None = None

    def begin(self) -> None:
        """Take it now. Raises StateError when that cannot be, HolderElsewhere above all; may be tried again."""
        self._lock = StateLock.acquire(self._state, self._path)
        self._open_log()
        if self._lock.unannounced is not None:
            journal.note("warning", reason=self._lock.unannounced.sentence)

    def begin_after_predecessor(self, clock: Clock) -> None:
        """The same, but let a predecessor on this host leave first."""
        deadline = clock.boottime() + SUCCESSION
        while True:
            try:
                return self.begin()
            except HolderElsewhere as error:
                if error.host not in {None, socket.gethostname()} or clock.boottime() > deadline:
                    raise
            time.sleep(LOOK_AGAIN)

    def lasts(self) -> bool:
        """Whether what we took is still at its place; true while we have taken nothing."""
        return self._lock is None or self._lock.is_ours()

    def end(self) -> None:
        """Give it up, if it was ever ours."""
        if self._lock is not None:
            self._lock.release()

    def _open_log(self) -> None:
        named = os.environ.get("KEYTURN_LOG")
        level = named if named in LOG_LEVELS else self._configured_level()
        if self._log_here:
            journal.log_to_stderr(level)
        else:
            journal.open_log(self._state, level)
        if named not in LOG_LEVELS:
            self._configuration.on_change.append(lambda config: journal.set_level(config.daemon.log))

    def _configured_level(self) -> str:
        return "info" if self._configuration.error is not None else self._configuration.known.daemon.log
