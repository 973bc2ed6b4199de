"""A configuration that is just being written: editors write in place, and half a file is no valid one."""

from __future__ import annotations

import time

from keyturn.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeVar

    Loaded = TypeVar("Loaded")

FRESH = 1.0
"""Seconds since the last change within which a mistake may be half a file."""
SETTLING = 0.05
"""Seconds until it is looked at again."""


def is_fresh(path: Path, now: float | None = None) -> bool:
    """Whether `path` changed within the last second before `now` (UTC epoch seconds, the present by default)."""
    try:
        age = (time.time() if now is None else now) - path.stat().st_mtime
    except OSError:
        return False
    return 0 <= age < FRESH


def settled(load: Callable[[Path], Loaded], path: Path, pause: Callable[[float], None] = time.sleep) -> Loaded:
    """`load(path)`, once more after a moment where it fails and the file is fresh. Raises ConfigError."""
    try:
        return load(path)
    except ConfigError:
        if not is_fresh(path):
            raise
    pause(SETTLING)
    return load(path)
