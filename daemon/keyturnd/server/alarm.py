"""One thing that happens after a while, unless another is set before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Alarm:
    """A timer of the running loop."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float, action: Callable[[], object]) -> None:
        """Do `action` in so many seconds, and nothing that was set before."""
        self.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, action)

    def cancel(self) -> None:
        """Do nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
