"""What a peer has said of its one request so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.server.reading import RequestReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.callers.peer import Peer
    from keyturnd.server.http import Request


class Hearing:
    """Until the request is complete, or nothing more of it is wanted (`over`); it is forgotten then.

    account: told by how many bytes more, or fewer, an unfinished request is kept here.
    """

    def __init__(self, account: Callable[[int], None]) -> None:
        self.over = False
        self.gathered = 0
        self._account = account
        self._reader: RequestReader | None = None

    @property
    def untouched(self) -> bool:
        """Whether the request has not begun yet."""
        return self._reader is None and not self.over

    def feed(self, data: bytes, peer: Peer) -> Request | None:
        """The request of `peer`, once it is complete. Raises what RequestReader does."""
        self._reader = reader = self._reader or RequestReader()
        if not reader.feed(data):
            self._gather(reader.gathered)
            return None
        request = reader.request(peer)
        self.end()
        return request

    def end(self) -> None:
        """Want no more of it."""
        self.over = True
        self._reader = None
        self._gather(0)

    def _gather(self, number: int) -> None:
        change, self.gathered = number - self.gathered, number
        if change:
            self._account(change)
