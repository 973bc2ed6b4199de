"""From a request to its answer: which route, and every error as a problem document."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from typing import TYPE_CHECKING, Any

from keyturn import hints
from keyturn.errors import Bug, KeyturnError, UsageError
from keyturnd.journal import note, note_answer
from keyturnd.routes.remembered import Remembered
from keyturnd.routes.table import AT_ONCE, ROUTES, Unroutable, ready_for, route_for
from keyturnd.server.http import Request, Response, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.callers.peer import Peer
    from keyturnd.routes.remembered import Recalled
    from keyturnd.server.connection import Connection
    from keyturnd.services import Services

__all__ = ["ROUTES", "Api"]

WHICH = ("GET", "/v1/daemon")
"""Answered in any case: what a daemon refuses may be the fault of the state or configuration that it alone has."""


class Caller:
    """Who made a request, as the broker sees it: somebody who may be shown a sign-in."""

    def __init__(self, connection: Connection, request: Request, *, refused: bool) -> None:
        """refused: whether an error was the answer to who asks, or to a helper of the same program, a moment ago."""
        self.waits = request.waits
        self.patience: float | None = None
        # A native helper waits for nobody, its twin may: that, too, tells what they send apart.
        self.told = (refused or request.waits) and (request.method, request.path) in AT_ONCE
        self.opens_browser = request.opens_browser
        self._connection = connection

    def show(self, event: dict[str, Any]) -> None:
        self._connection.show(event)


class Api:
    """Answers requests. With `refusal` set, every one of them with that, for as long as `prepare` cannot help it."""

    def __init__(self, services: Services, prepare: Callable[[], None]) -> None:
        self._services = services
        self._prepare = prepare
        self._remembered = Remembered(services)
        self.refusal: KeyturnError | None = None
        self.looks = 0
        """How many came to look: a GET takes no token and changes nothing."""

    async def __call__(self, connection: Connection, request: Request) -> Response:
        began = time.perf_counter()
        self.looks += request.method == "GET"
        response = await self._answer(connection, request)
        note_answer(request.path, response.status, request.peer.pid, began)
        return response

    def recall(self, said: bytes, peer: Peer) -> Recalled | None:
        """The answer to exactly these bytes, said by `peer`, if it was given before and would be the same."""
        return self._remembered.recall(said, peer) if self.refusal is None else None

    def at_once(self, request: Request, said: bytes) -> Response | None:
        """The answer where nothing has to be waited for; None for whatever needs more, an error's words too.

        said: the bytes that `request` arrived as.
        """
        began = time.perf_counter()
        route = ready_for(request.method, request.path)
        if route is None or self.refusal is not None:
            return None
        try:
            answer = route(self._services, request)
            if answer is not None:
                self._remembered.remember(said, request, answer, self._services.configuration.known)
        except Exception:  # noqa: BLE001 - it happens again where it is told and logged
            return None
        if answer is None:
            return None
        note_answer(request.path, answer.response.status, request.peer.pid, began)
        return answer.response

    async def _answer(self, connection: Connection, request: Request) -> Response:
        try:
            if self.refusal is not None and (request.method, request.path) != WHICH:
                self._prepare()
                self.refusal = None
            route, parameter = route_for(request.method, request.path)
            refused = self._services.complaints.was_refused(request.peer.pid)
            return await route(self._services, request, Caller(connection, request, refused=refused), parameter)
        except Unroutable as error:
            return problem(UsageError(error.sentence, hints.restart_daemon()), error.status)
        except KeyturnError as error:
            note("refused", kind=error.kind, reason=error.sentence)
            self._services.complaints.refuse(request.peer.pid)
            return problem(error)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - nothing may reach the caller as a dropped connection
            return problem(_bug(error))


def _bug(error: Exception) -> Bug:
    """A bug, named by class and place: an exception's text may hold a secret."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} at {frame.filename.rpartition('/')[2]}:{frame.lineno}"
    note("bug", logging.ERROR, place=place)
    return Bug(f"the daemon failed unexpectedly ({place})", hints.log())
