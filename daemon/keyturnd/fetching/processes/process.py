"""The process of an acquisition: how it comes to be, its streams, and how the event loop learns of its end."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio import subprocess
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from keyturn import hints
from keyturn.errors import AcquisitionDied
from keyturnd import unstoppable
from keyturnd.fetching.processes.starter import Starter
from keyturnd.fetching.processes.streams import Streams
from keyturnd.messages.channel import LINE_LIMIT

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator, Sequence
    from collections.abc import Set as AbstractSet
    from concurrent.futures import Future

    from keyturnd.fetching.processes.spawning import Spawned

UNKNOWN_STATUS = 255
"""Of a process whose status the kernel keeps for nobody: whoever started the daemon ignores SIGCHLD."""

starter = Starter()


class Process(Protocol):
    """What we use of one; asyncio.subprocess.Process has it, too."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> StreamWriter | None: ...
    @property
    def stdout(self) -> StreamReader | None: ...
    @property
    def stderr(self) -> StreamReader | None: ...

    @property
    def returncode(self) -> int | None:
        """The exit status, or a signal's number below zero; None as long as it runs."""

    async def wait(self) -> int:
        """The same, once it has ended."""


@asynccontextmanager
async def running(command: Sequence[str], processors: AbstractSet[int] = frozenset()) -> AsyncIterator[Process]:
    """A process of `command` with pipes for its standard streams; it is killed if it outlives the context.

    It runs on the `processors`, or on any if none are named. It has a session of its own, which to the scheduler is a
    group beside ours (autogroup, sched(7)), and no Ctrl-C in the terminal of `keyturn daemon run` ends it between a
    rotated token and its seal; what it starts in there ends with it. It has no environment. Raises AcquisitionDied
    where none can be started.
    """
    streams = Streams()
    try:
        process = await _started(command, streams, processors)
        try:
            yield process
        finally:
            await _end(process)
    finally:
        streams.close()


async def _started(command: Sequence[str], streams: Streams, processors: AbstractSet[int]) -> Process:
    try:
        return await (_child(command, streams, processors) if has_pidfd() else _elsewhere(command))
    except OSError as error:
        raise AcquisitionDied(f"cannot start a process: {error.strerror}", hints.restart_daemon()) from None


def has_pidfd() -> bool:
    """Whether the kernel tells by a descriptor that a process has ended: Linux since 5.3."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


async def _child(command: Sequence[str], streams: Streams, processors: AbstractSet[int]) -> Child:
    with ExitStack() as theirs:
        begun = starter.begin(command, await streams.open(theirs), processors)
        try:
            return Child(await asyncio.shield(asyncio.wrap_future(begun)), streams)
        except asyncio.CancelledError:
            await _abandon(begun, streams)
            raise


async def _abandon(begun: Future[Spawned], streams: Streams) -> None:
    """No process is left of it: a start that is being made cannot be stopped, but its process can.

    Without waiting for it, the start would be left with descriptors that are others' by then, and the process with
    nobody to learn of its end.
    """
    if begun.cancel():
        return
    making = asyncio.wrap_future(begun)
    await unstoppable.ended(making)
    if making.exception() is None:
        await _end(Child(making.result(), streams))


async def _elsewhere(command: Sequence[str]) -> Process:
    pipe = subprocess.PIPE
    return await subprocess.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=pipe, env={}, cwd="/", limit=LINE_LIMIT, start_new_session=True
    )


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            # asyncio's process.kill() would take its status away from the loop, which wonders on stderr what it was.
            os.killpg(process.pid, signal.SIGKILL)
    await asyncio.shield(process.wait())


class Child:
    """A process whose end the kernel tells the loop; asyncio's may take a thread for each (Python 3.11)."""

    def __init__(self, spawned: Spawned, streams: Streams) -> None:
        self.pid = spawned.pid
        self.stdin, self.stdout, self.stderr = streams.input, streams.output, streams.errors
        self.returncode: int | None = None
        self._descriptor = spawned.descriptor
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._loop.add_reader(self._descriptor, self._end)

    async def wait(self) -> int:
        """See Process."""
        code: int = await asyncio.shield(self._ended)
        return code

    def _end(self) -> None:
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self.returncode = _status(self.pid)
        self._ended.set_result(self.returncode)


def _status(pid: int) -> int:
    """Of one that has ended, and with it all that it has started: az would wait on for a server that says nothing."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # as long as its status is there, its number is no other's
        with suppress(ProcessLookupError, PermissionError):  # nobody is left, or nobody of ours
            os.killpg(pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return UNKNOWN_STATUS
