"""Starts, feeds, watches and kills acquisition processes: the daemon's end of the channel in keyturnd.messages."""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import msgspec

from keyturn import hints, moves
from keyturn.errors import BY_KIND, AcquisitionDied, Bug, KeyturnError, ProviderUnreachable
from keyturnd.fetching.last_words import last_words
from keyturnd.journal import note
from keyturnd.messages.channel import (
    LINE_LIMIT,
    Ack,
    Answer,
    Ask,
    Event,
    FromAcquisition,
    FromDaemon,
    Seal,
    encode_line,
    from_acquisition,
)
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Coroutine
    from typing import Any

    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State

Returned = TypeVar("Returned")

COMMAND = (sys.executable, "-E", "-P", "-m", "keyturnd.acquire")
AT_ONCE = 32
"""Acquisitions at the same time, each an interpreter of 35 MiB: a script that asks for hundreds of tokens queues up
instead of taking the machine's memory. People's sign-ins have as many places of their own: each keeps one for
minutes, and all of them together must not keep a fetch waiting."""
GRACE = 2.0
"""Seconds beyond its own deadline before an acquisition is killed: its own word says more than our kill."""
MESSAGES = 200
"""Of one acquisition, at most: a sign-in takes a handful, and what a process that faces the network says is kept."""


OWN_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
NEEDED = 24
"""Descriptors a start takes, with room for the vault's files: half-way it would fail with less of a reason."""


class Listener(Protocol):
    """Who follows an acquisition."""

    def on_event(self, event: Event) -> None:
        """Something a waiting person should see."""

    async def on_ask(self, ask: Ask) -> str:
        """The person's answer to `ask`."""

    async def on_seal(self, state: State) -> None:
        """Make `state` durable. Raises KeyturnError when that fails, which ends the acquisition."""


class Runner(Protocol):
    """What runs an acquisition: `Acquisitions`, or a test's provider."""

    async def run(self, job: Job, listener: Listener) -> Outcome:
        """See Acquisitions.run."""
        ...


class Acquisitions:
    """The acquisition processes that run."""

    def __init__(self) -> None:
        self.running: set[int] = set()
        self.started = 0
        self._places = asyncio.Semaphore(AT_ONCE)
        self._places_of_people = asyncio.Semaphore(AT_ONCE)

    async def run(self, job: Job, listener: Listener) -> Outcome:
        """Run `job` in a process of its own to its end; its deadline covers waiting for a place.

        Cancelling this kills the process. Raises what `listener` raises; a process that overstays its deadline,
        dies or talks nonsense is a Failure like any other.
        """
        ends = asyncio.get_running_loop().time() + job.deadline
        try:
            async with asyncio.timeout_at(ends + GRACE), self._place(job):
                return await self._run(_shortened(job, ends), listener)
        except TimeoutError:
            return _failure(
                ProviderUnreachable(f"no answer within {job.deadline:.0f} seconds", moves.waiting.later())
            )

    def _place(self, job: Job) -> asyncio.Semaphore:
        return self._places_of_people if isinstance(job, TokenJob) and job.interactive else self._places

    async def _run(self, job: Job, listener: Listener) -> Outcome:
        process = await self._start()
        self.running.add(process.pid)
        self.started += 1
        assert process.stderr is not None
        words = asyncio.get_running_loop().create_task(last_words(process.stderr))
        try:
            return await _converse(process, job, listener, words)
        finally:
            words.cancel()
            self.running.discard(process.pid)
            await _end(process)

    async def _start(self) -> Process:
        if descriptors_left() < NEEDED:
            raise AcquisitionDied("too few descriptors are left to start a process", hints.restart_daemon())
        try:
            return await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={},
                cwd="/",
                limit=LINE_LIMIT,
            )
        except OSError as error:
            raise AcquisitionDied(f"cannot start a process: {error.strerror}", hints.restart_daemon()) from None


def _shortened(job: Job, ends: float) -> Job:
    """`job` with what is left of its deadline (on the loop's clock), for it to end by its own word."""
    return msgspec.structs.replace(job, deadline=max(ends - asyncio.get_running_loop().time(), 0.0))


async def _converse(process: Process, job: Job, listener: Listener, words: asyncio.Task[str]) -> Outcome:
    await _send(process, job)
    async with Question(process, listener) as question:
        for _ in range(MESSAGES):
            line = await question.outlasting(_read_line(process))
            if line is None:
                return await _died(process, words)
            try:
                message: FromAcquisition = from_acquisition.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return _failure(Bug("the acquisition process sent a line that is no message"))
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
    return _failure(Bug(f"the acquisition process sent more than {MESSAGES} messages"))


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
    await asyncio.wait({words}, timeout=GRACE)  # a child of its own might hold its stderr open
    note("acquisition died", logging.ERROR, status=code, said=words.result() if words.done() else "")
    how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code} and no result"
    return _failure(AcquisitionDied(f"the acquisition process {how}", moves.waiting.again()))


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await asyncio.shield(process.wait())


def descriptors_left() -> int:
    """How many more descriptors this process may open."""
    used = sum(1 for _ in OWN_DESCRIPTORS.iterdir())
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - used


def _failure(error: KeyturnError) -> Failure:
    return Failure(error.kind, error.sentence, error.hint)


def error_of(failure: Failure) -> KeyturnError:
    """The error a failed acquisition stands for."""
    error_class, hint = BY_KIND.get(failure.kind, Bug), moves.waiting.told(failure.hint) if failure.hint else None
    if error_class is ProviderUnreachable:
        return ProviderUnreachable(failure.sentence, hint, retry_after=failure.retry_after)
    return error_class(failure.sentence, hint)
