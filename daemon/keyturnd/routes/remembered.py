"""Answers given before, for the very same bytes of a request, while nothing that they were made of has changed.

Made of: the configuration, the token as it is held, what was asked, and for some who asks. All but what was asked is
looked at each time. The answer itself lies with the token, so that it is gone with it (logout, a rejection, a
renewal, another configuration).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from keyturn.errors import ConfigError, KeyturnError
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
LONGEST = 8 << 10
"""Bytes of a request. kubectl's holds its cluster's CA, in base64 twice: 2 to 5 KiB."""
SECRET = (b"password", b"credential=", b"oauth_refresh_token=", b"client-secret", b"client_secret")
"""Of git's attributes, kubelogin's flags and its variables: a request that holds one is not kept."""


class Condition(Protocol):
    """What else an answer depends on."""

    def holds(self, helper: int) -> bool:
        """Whether the process `helper` may be given the answer; then it is, and that is noted where it has to be.

        Raises KeyturnError where that cannot be told.
        """


class AtHand(NamedTuple):
    """An answer from memory. `held`: the one token it depends on, None where it cannot be given again.

    condition: what has to hold for that as well.
    """

    response: Response
    held: Held | None = None
    condition: Condition | None = None


class Answered(NamedTuple):
    """What an answer was made of."""

    config: Config
    key: RecordName
    path: str
    protocol: str
    condition: Condition | None


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

    def recall(self, said: bytes, peer: Peer) -> Recalled | None:
        """The answer to the request of exactly these bytes by `peer`, if it would be the same now."""
        known = self._answered.get(said)
        if known is None:
            return None
        began = time.perf_counter()
        held = self._memory.held.get(known.key)
        answer = None if held is None else held.answers.get(said)
        if held is None or answer is None or not self._is_current(known.config):
            del self._answered[said]
            return None
        if not self._broker.lasts(held) or not (known.condition is None or _holds(known.condition, peer)):
            return None
        return Recalled(answer, known, held, self._memory, began)

    def remember(self, said: bytes, request: Request, answer: AtHand, config: Config) -> None:
        """`answer` was made for `request`, which arrived as `said`, while `config` was the configuration.

        said: empty where it came in pieces.
        """
        if answer.held is None or not 0 < len(said) <= LONGEST or _may_be_secret(said):
            return
        if len(self._answered) >= REMEMBERED:
            self._forget()
        self._answered[said] = Answered(config, answer.held.key, request.path, answer.held.used_by, answer.condition)
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


def _may_be_secret(said: bytes) -> bool:
    said = said.lower()
    return any(name in said for name in SECRET)


def _holds(condition: Condition, peer: Peer) -> bool:
    try:
        return condition.holds(peer.pid)
    except KeyturnError:  # told by the route
        return False
