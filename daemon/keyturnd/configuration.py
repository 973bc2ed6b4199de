"""The configuration as it stands on disk now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from keyturn.configuration.config import load
from keyturn.errors import ConfigError
from keyturnd.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.configuration.config import Config


class Configuration:
    """Looks at the file's stat on each request and reads it again when that changed.

    now: seconds on a clock that never jumps.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.on_change: list[Callable[[Config], None]] = []
        self._config: Config | None = None
        self._last: Config | None = None
        self._error: ConfigError | None = None
        self._file = Watched(path, now)
        self._read()

    @property
    def error(self) -> ConfigError | None:
        """What is wrong with the file, if anything is."""
        self._look()
        return self._error

    @property
    def known(self) -> Config:
        """What `current` or `error` found, without another look, which may find another: for who asked just now."""
        assert self._config is not None
        return self._config

    @property
    def last(self) -> Config | None:
        """The configuration, or while the file is not a valid one that of before; None where there was none."""
        self._look()
        return self._last

    def current(self) -> Config:
        """The configuration. Raises ConfigError for as long as the file is not a valid one."""
        self._look()
        if self._config is None:
            assert self._error is not None
            raise self._error.with_traceback(None)
        return self._config

    def _look(self) -> None:
        if self._file.same():
            return
        self._read()
        if self._config is not None:
            for told in self.on_change:
                told(self._config)

    def _read(self) -> None:
        self._file.look()
        try:
            self._config, self._error = load(self.path), None
            self._last = self._config
        except ConfigError as error:
            self._config, self._error = None, error
            if error.passes:
                self._file.forget()
        self._file.judge(good=self._error is None)
