"""Starts, bounds and kills acquisition processes: the daemon's end of the channel in keyturnd.messages."""

from __future__ import annotations

import asyncio
import resource
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from keyturn import hints, moves
from keyturn.errors import AcquisitionDied, ProviderUnreachable
from keyturnd.fetching.processes.conversation import converse
from keyturnd.fetching.processes.failures import failure_of
from keyturnd.fetching.processes.giving_way import processors
from keyturnd.fetching.processes.last_words import last_words
from keyturnd.fetching.processes.process import running
from keyturnd.messages.jobs import TokenJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.fetching.processes.process import Process
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
LEAVING = 0.5
"""Seconds for an acquisition to end behind its outcome, before it is killed."""
OWN_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
NEEDED = 24
"""Descriptors a start takes, with room for the vault's files: half-way it would fail with less of a reason."""


class Acquisitions:
    """The acquisition processes that run."""

    def __init__(self) -> None:
        self.running: set[int] = set()
        self.started = 0
        self._under_way = 0
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
        if descriptors_left() < NEEDED:
            raise AcquisitionDied("too few descriptors are left to start a process", hints.restart_daemon())
        with self._one_more() as beside:
            async with running(COMMAND, processors(beside)) as process:
                return await self._heard_out(process, job, listener)

    @contextmanager
    def _one_more(self) -> Iterator[int]:
        """How many others are under way, those among them that are only being started."""
        self._under_way += 1
        try:
            yield self._under_way - 1
        finally:
            self._under_way -= 1

    async def _heard_out(self, process: Process, job: Job, listener: Listener) -> Outcome:
        self.running.add(process.pid)
        self.started += 1
        assert process.stderr is not None
        words = asyncio.get_running_loop().create_task(last_words(process.stderr))
        try:
            outcome = await converse(process, job, listener, words)
            await _left(process)
            return outcome
        finally:
            words.cancel()
            self.running.discard(process.pid)


def _shortened(job: Job, ends: float) -> Job:
    """`job` with what is left of its deadline (on the loop's clock), for it to end by its own word."""
    return msgspec.structs.replace(job, deadline=max(ends - asyncio.get_running_loop().time(), 0.0))


async def _left(process: Process) -> None:
    """Let it end by itself. A signal would wake all its threads, to end on our processor before we go on."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(LEAVING):
            await process.wait()


def descriptors_left() -> int:
    """How many more descriptors this process may open."""
    used = sum(1 for _ in OWN_DESCRIPTORS.iterdir())
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - used
