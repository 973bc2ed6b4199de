"""Starts, bounds and kills acquisition processes: the daemon's end of the channel in keyturnd.messages."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from keyturn import hints, moves
from keyturn.errors import AcquisitionDied, ProviderUnreachable
from keyturnd.fetching.processes.conversation import converse
from keyturnd.fetching.processes.failures import failure_of
from keyturnd.fetching.processes.giving_way import give_way, starting
from keyturnd.fetching.processes.last_words import last_words
from keyturnd.messages.channel import LINE_LIMIT
from keyturnd.messages.jobs import TokenJob

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from keyturnd.fetching.processes.runner import Listener
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome

COMMAND = (sys.executable, "-E", "-P", "-m", "keyturnd.acquire")
AT_ONCE = 32
"""Acquisitions at the same time, each an interpreter of 35 MiB: a script that asks for hundreds of tokens queues up
instead of taking the machine's memory. People's sign-ins have as many places of their own: each keeps one for
minutes, and all of them together must not keep a fetch waiting."""
GRACE = 2.0
"""Seconds beyond its own deadline before an acquisition is killed: its own word says more than our kill."""
OWN_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
NEEDED = 24
"""Descriptors a start takes, with room for the vault's files: half-way it would fail with less of a reason."""


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
            return failure_of(
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
            return await converse(process, job, listener, words)
        finally:
            words.cancel()
            self.running.discard(process.pid)
            await _end(process)

    async def _start(self) -> Process:
        """A process in a session of its own: to the scheduler it is a group beside ours then (autogroup, sched(7)).

        And Ctrl-C in the terminal of `keyturn daemon run` does not end it between a rotated token and its seal.
        """
        if descriptors_left() < NEEDED:
            raise AcquisitionDied("too few descriptors are left to start a process", hints.restart_daemon())
        try:
            with starting():
                process = await asyncio.create_subprocess_exec(
                    *COMMAND,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env={},
                    cwd="/",
                    limit=LINE_LIMIT,
                    start_new_session=True,
                )
        except OSError as error:
            raise AcquisitionDied(f"cannot start a process: {error.strerror}", hints.restart_daemon()) from None
        give_way(process.pid)
        return process


def _shortened(job: Job, ends: float) -> Job:
    """`job` with what is left of its deadline (on the loop's clock), for it to end by its own word."""
    return msgspec.structs.replace(job, deadline=max(ends - asyncio.get_running_loop().time(), 0.0))


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            # process.kill() would take its status away from the loop, which then wonders on stderr what it was.
            os.kill(process.pid, signal.SIGKILL)
    await asyncio.shield(process.wait())


def descriptors_left() -> int:
    """How many more descriptors this process may open."""
    used = sum(1 for _ in OWN_DESCRIPTORS.iterdir())
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - used
