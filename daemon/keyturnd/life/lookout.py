"""Reasons to leave: the socket or the state is gone, our code was replaced, nobody has come for long."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from keyturn.errors import StateError
from keyturnd.life import activation
from keyturnd.vault.looking import seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturnd.clock import Clock

    Reason = Literal["socket lost", "state moved", "upgraded", "idle"]

ROUND = 0.5
"""Seconds between two looks. Whoever removes our socket, or the directory it is in, waits for a daemon that can be
found until we have noticed and left: in all that takes less than a second."""
SOON = 0.1
"""Seconds between two looks at least."""
SETTLED = 2.0
"""Seconds a changed package must stay as it is before we become it: pip removes and writes file by file."""


class Lookout:
    """To be told who is served, and to be asked for a look when it is time to (`pause`).

    path: of our socket. package: the directory of our code. busy: whether leaving now would cut somebody off.
    longest_idleness: seconds, infinity for staying. state_is_ours: whether the state directory is the one we took.
    """

    def __init__(
        self,
        path: str,
        package: Path,
        *,
        clock: Clock,
        busy: Callable[[], bool],
        longest_idleness: Callable[[], float],
        state_is_ours: Callable[[], bool] = lambda: True,
    ) -> None:
        self._path = path
        self._identity = activation.identity_of(path)
        self._clock = clock
        self._busy = busy
        self._longest_idleness = longest_idleness
        self._state_is_ours = state_is_ours
        self._module = package / "__init__.py"  # twice a second
        self._stamp = activation.package_stamp(self._module)
        self._other: tuple[int, ...] | None = None
        self._other_since = 0.0
        self._served_at = clock.boottime()
        self._looks = False

    def served(self) -> None:
        """Somebody has just been answered."""
        self._served_at = self._clock.boottime()

    async def look(self) -> Reason | None:
        """Why to leave now, if there is a reason; none can be told where the disk does not answer."""
        if not self.socket_is_ours():
            return "socket lost"
        if (sight := await self._seen()) is None:
            return None
        is_ours, stamp = sight
        if not is_ours:
            return "state moved"
        settled = self._settled(stamp)
        if self._busy():
            self.served()
            return None
        if settled:
            return "upgraded"
        return "idle" if self._idle_for() >= self._longest_idleness() else None

    def pause(self) -> float:
        """Seconds until the next look is worth it."""
        if self._other is not None:
            return SETTLED
        return min(ROUND, max(self._longest_idleness() - self._idle_for(), SOON))

    def socket_is_ours(self) -> bool:
        """Whether callers still find us where we listen."""
        return activation.still_ours(self._path, self._identity)

    def _idle_for(self) -> float:
        return self._clock.boottime() - self._served_at

    async def _seen(self) -> tuple[bool, tuple[int, ...] | None] | None:
        """None while a disk answers neither this look nor the last: more of them would take the vault's threads."""
        with suppress(StateError):
            return None if self._looks else await seen(self._sight)
        return None

    def _sight(self) -> tuple[bool, tuple[int, ...] | None]:
        self._looks = True
        try:
            return self._state_is_ours(), activation.package_stamp(self._module)
        finally:
            self._looks = False

    def _settled(self, stamp: tuple[int, ...] | None) -> bool:
        """Whether our code on disk, by its `stamp`, is another, whole, than the one that runs."""
        if stamp is None or stamp == self._stamp:
            self._other = None
            return False
        if stamp != self._other:
            self._other, self._other_since = stamp, self._clock.boottime()
        return self._clock.boottime() - self._other_since >= SETTLED
