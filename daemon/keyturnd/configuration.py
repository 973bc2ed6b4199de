"""The configuration as it stands on disk now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.configuration.config import load, stamp
from keyturn.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.configuration.config import Config


class Configuration:
    """Looks at the file's stat on each request and reads it again when that changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.on_change: list[Callable[[Config], None]] = []
        self._config: Config | None = None
        self._error: ConfigError | None = None
        self._stamp: tuple[int, ...] | None = None
        self._read()

    @property
    def error(self) -> ConfigError | None:
        """What is wrong with the file, if anything is."""
        self._look()
        return self._error

    def current(self) -> Config:
        """The configuration. Raises ConfigError for as long as the file is not a valid one."""
        self._look()
        if self._config is None:
            assert self._error is not None
            raise self._error.with_traceback(None)
        return self._config

    def _look(self) -> None:
        if stamp(self.path) != self._stamp:
            self._read()
            if self._config is not None:
                for told in self.on_change:
                    told(self._config)

    def _read(self) -> None:
        # The stamp is taken before the content: a write in between is then seen at the next look.
        self._stamp = stamp(self.path)
        try:
            self._config, self._error = load(self.path), None
        except ConfigError as error:
            self._config, self._error = None, error
