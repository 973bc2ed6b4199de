"""The thread that starts processes, one after another.

Of its own: others read and write the vault, and may be waiting for a disk that does not answer. A start that waited
behind them would outlast its deadline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.fetching.processes.spawning import spawn
from keyturnd.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from concurrent.futures import Future

    from keyturnd.fetching.processes.spawning import Spawned


class Starter:
    """Has one thread, from the first start on and for ever: its end would be the end of all that it has started."""

    def __init__(self) -> None:
        self._thread = Threads()

    def begin(self, command: Sequence[str], streams: Sequence[int], processors: AbstractSet[int]) -> Future[Spawned]:
        """See `spawn`. What has not begun yet can be cancelled. Raises OSError where there can be no thread."""
        return self._thread.begin(spawn, command, streams, processors)
