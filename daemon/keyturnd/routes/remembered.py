"""Answers given before, for the very same bytes of a request, while nothing that they were made of has changed.

Made of: the configuration, the token as it is held, and what was asked. The first two are looked at each time. The
answer itself lies with the token, so that it is gone with it (logout, a rejection, a renewal, another configuration).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from keyturn.errors import ConfigError
from keyturnd.journal import note_answer

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturnd.broker.memory import Held, Memory
    from keyturnd.callers.peer import Peer
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName

REMEMBERED = 512
"""Requests; beyond that all are forgotten."""
LONGEST = 4 << 10
"""Bytes of a request."""
SECRET = (b"password", b"credential=", b"oauth_refresh_token=")
"""Of git's attributes: a request that holds one is not kept."""


class AtHand(NamedTuple):
    """An answer from memory. `held`: the one token it depends on, None where it also depends on who asks."""

    response: Response
    held: Held | None = None


class Answered(NamedTuple):
    """What an answer was made of."""

    config: Config
    key: RecordName
    path: str
    protocol: str


class Recalled(msgspec.Struct, gc=False):
    """An answer that may be given again. began: on time.perf_counter."""

    answer: bytes
    known: Answered
    held: Held
    memory: Memory
    began: float

    def given(self, peer: Peer) -> None:
        """Note, behind the answer whose reader is waiting, that `peer` has got it."""
        self.memory.serve(self.held, self.known.protocol)
        note_answer(self.known.path, 200, peer.pid, self.began)


class Remembered:
    """The answers by the bytes of their requests."""

    def __init__(self, services: Services) -> None:
        self._broker = services.broker
        self._memory = services.broker.memory
        self._configuration = services.configuration
        self._answered: dict[bytes, Answered] = {}

    def recall(self, said: bytes) -> Recalled | None:
        """The answer to the request of exactly these bytes, if it would be the same now."""
        known = self._answered.get(said)
        if known is None:
            return None
        began = time.perf_counter()
        held = self._memory.held.get(known.key)
        answer = None if held is None else held.answers.get(said)
        if held is None or answer is None or not self._is_current(known.config):
            del self._answered[said]
            return None
        return Recalled(answer, known, held, self._memory, began) if self._broker.lasts(held) else None

    def remember(self, said: bytes, request: Request, answer: AtHand, config: Config) -> None:
        """`answer` was made for `request`, which arrived as `said`, while `config` was the configuration.

        said: empty where it came in pieces.
        """
        if answer.held is None or not 0 < len(said) <= LONGEST or any(name in said for name in SECRET):
            return
        if len(self._answered) >= REMEMBERED:
            self._forget()
        self._answered[said] = Answered(config, answer.held.key, request.path, answer.held.used_by)
        answer.held.answers[said] = answer.response.encode()

    def _forget(self) -> None:
        self._answered.clear()
        for held in self._memory.held.values():
            held.answers.clear()

    def _is_current(self, config: Config) -> bool:
        try:
            return self._configuration.current() is config
        except ConfigError:  # told by the route
            return False
