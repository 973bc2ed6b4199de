"""What daemon and acquisition process say to each other, from the job to the outcome."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from keyturn import moves
from keyturn.errors import AcquisitionDied, Bug
from keyturnd.fetching.processes.failures import failure_of
from keyturnd.journal import note
from keyturnd.messages.channel import Ack, Answer, Ask, Event, FromAcquisition, Seal, encode_line, from_acquisition

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from keyturnd.fetching.processes.process import Process
    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.channel import FromDaemon
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Failure, Outcome

Returned = TypeVar("Returned")

MESSAGES = 200
"""Of one acquisition, at most: a sign-in takes a handful, and what a process that faces the network says is kept."""
WORDS_TIME = 2.0
"""Seconds that the last words of a dead process may take."""


async def converse(process: Process, job: Job, listener: Listener, words: asyncio.Task[str]) -> Outcome:
    """Give `process` its job and hear it out; `words` collects what it writes to stderr.

    Raises what `listener` raises.
    """
    await _send(process, job)
    async with Question(process, listener) as question:
        for _ in range(MESSAGES):
            line = await question.outlasting(_read_line(process))
            if line is None:
                return await _died(process, words)
            try:
                message: FromAcquisition = from_acquisition().decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return failure_of(Bug("the acquisition process sent a line that is no message"))
            match message:
                case Event():
                    listener.on_event(message)
                case Ask():
                    await question.pose(message)
                case Seal():
                    await question.withdraw()
                    await listener.on_seal(message.state)
                    await _send(process, Ack())
                case _:
                    return message
    return failure_of(Bug(f"the acquisition process sent more than {MESSAGES} messages"))


class Question:
    """The one question of an acquisition that is open, if any.

    The acquisition goes on meanwhile, as a browser's answer may come before the person's: the next question, a state
    to seal or the outcome takes it back.
    """

    def __init__(self, process: Process, listener: Listener) -> None:
        self._process = process
        self._listener = listener
        self._asked: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.withdraw()

    async def pose(self, ask: Ask) -> None:
        """Ask it in place of the one before."""
        await self.withdraw()
        self._asked = asyncio.get_running_loop().create_task(self._answer(ask))

    async def withdraw(self) -> None:
        """Nobody waits for the answer any more."""
        if self._asked is not None:
            self._asked.cancel()
            await asyncio.wait({self._asked})
            self._asked = None

    async def outlasting(self, work: Coroutine[Any, Any, Returned]) -> Returned:
        """The result of `work`. Raises what asking raises meanwhile, as where nobody can be asked."""
        if self._asked is None:
            return await work
        working = asyncio.get_running_loop().create_task(work)
        try:
            await asyncio.wait({working, self._asked}, return_when=asyncio.FIRST_COMPLETED)
            if self._asked.done():
                self._asked.result()
            return await working
        finally:
            working.cancel()

    async def _answer(self, ask: Ask) -> None:
        await _send(self._process, Answer(ask.id, await self._listener.on_ask(ask)))


async def _send(process: Process, message: FromDaemon) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(encode_line(message))
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it died: reading its end says so


async def _read_line(process: Process) -> bytes | None:
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
    except ValueError:
        return b""  # longer than the limit: no message
    return line if line.endswith(b"\n") else None


async def _died(process: Process, words: asyncio.Task[str]) -> Failure:
    code = await process.wait()
    await asyncio.wait({words}, timeout=WORDS_TIME)  # a child of its own might hold its stderr open
    note("acquisition died", logging.ERROR, status=code, said=words.result() if words.done() else "")
    how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code} and no result"
    return failure_of(AcquisitionDied(f"the acquisition process {how}", moves.waiting.again()))
