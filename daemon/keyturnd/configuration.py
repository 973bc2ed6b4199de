"""The configuration as it stands on disk now."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from keyturn.configuration import trusted
from keyturn.configuration.config import load
from keyturn.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.configuration.config import Config

NOTHING_READ = ()
"""No file's stamp, nor that of a missing one: the next look reads it, changed or not."""
DIRECTORY_ROUND = 1.0
"""Seconds between two looks at owner and mode of the directory while all is well."""


class Configuration:
    """Looks at the file's stat on each request and reads it again when that changed.

    now: seconds on a clock that never jumps.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.on_change: list[Callable[[Config], None]] = []
        self._config: Config | None = None
        self._error: ConfigError | None = None
        self._now = now
        self._name = os.fspath(path)
        self._stamp: tuple[int, ...] | None = None
        self._directory: tuple[int, ...] | None = None
        self._next_round = 0.0
        """When the directory is looked at again. Where something is wrong the cure may be there: at each request."""
        self._read()

    @property
    def error(self) -> ConfigError | None:
        """What is wrong with the file, if anything is."""
        self._look()
        return self._error

    @property
    def known(self) -> Config:
        """What `current` answered last, without another look: for whoever asked in this very moment."""
        assert self._config is not None
        return self._config

    def current(self) -> Config:
        """The configuration. Raises ConfigError for as long as the file is not a valid one."""
        self._look()
        if self._config is None:
            assert self._error is not None
            raise self._error.with_traceback(None)
        return self._config

    def _look(self) -> None:
        same = trusted.file_stamp(self._name) == self._stamp
        if same and (self._now() < self._next_round or not self._directory_changed()):
            return
        self._read()
        if self._config is not None:
            for told in self.on_change:
                told(self._config)

    def _directory_changed(self) -> bool:
        self._plan_round()
        return trusted.directory_stamp(self.path) != self._directory

    def _read(self) -> None:
        # The stamps are taken before the content: a write in between is then seen at the next look.
        self._directory = trusted.directory_stamp(self.path)
        self._stamp = trusted.file_stamp(self._name)
        try:
            self._config, self._error = load(self.path), None
        except ConfigError as error:
            self._config, self._error = None, error
            if error.passes:
                self._stamp = NOTHING_READ
        self._plan_round()

    def _plan_round(self) -> None:
        self._next_round = self._now() + DIRECTORY_ROUND if self._error is None else 0.0
