"""An event loop that asks the kernel for news only when it has nothing to do."""

from __future__ import annotations

import asyncio
import selectors


class Unhurried(selectors.DefaultSelector):
    """A look between two steps costs more than most steps, and nothing here comes from a socket."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See selectors.BaseSelector.select; nothing while there is work (a thread's is called in beside this)."""
        return [] if timeout is not None and timeout <= 0 else super().select(timeout)


def unhurried() -> asyncio.SelectorEventLoop:
    """A new one."""
    return asyncio.SelectorEventLoop(Unhurried())
