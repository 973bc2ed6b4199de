"""Processes as acquisitions are started, whatever they do then."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import AcquisitionDied
from keyturnd.fetching.processes import process, spawning, starter
from keyturnd.fetching.processes.process import running
from support.machine.threads import none_to_be_had

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from keyturnd.fetching.processes.spawning import Spawned

ALONE = """
import os, sys
open_files = [os.path.realpath(f"/dev/fd/{each}") for each in os.listdir("/dev/fd")]
named = set(os.environ) - {"LC_CTYPE"}  # which Python sets itself (PEP 538)
print(sys.stdin.readline().strip(), os.getsid(0) == os.getpid(), named, sys.argv[1] in open_files, file=sys.stderr)
"""
HELPED = """
import os
helper = os.fork()
if helper == 0:
    os.read(os.pipe()[0], 1)
print(helper, flush=True)
input()
"""
TIED = """
import ctypes
ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
input()
"""


@pytest.fixture(params=["told by the kernel", "told by asyncio"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of starting one: the second is for macOS and kernels before Linux 5.3."""
    if request.param == "told by asyncio":
        monkeypatch.setattr(process, "has_pidfd", lambda: False)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-E", "-P", "-c", code)


@pytest.mark.usefixtures("way")
async def test_it_has_its_streams_and_nothing_else_of_ours(tmp_path: Path) -> None:
    with (tmp_path / "ours").open("x") as ours:
        async with running((*python(ALONE), ours.name)) as started:
            assert started.stdin is not None
            assert started.stderr is not None
            started.stdin.write(b"hello\n")
            assert await started.stderr.read() == b"hello True set() False\n"
            assert await started.wait() == 0


@pytest.mark.usefixtures("way")
async def test_what_is_ours_is_closed_before_its_program_is_looked_for(tmp_path: Path) -> None:
    """A start that hangs there would keep the state's lock when the daemon has ended."""
    with (tmp_path / "ours").open("x") as ours:
        os.set_inheritable(ours.fileno(), True)  # the program itself would close it no more
        async with running((*python(ALONE), ours.name)) as started:
            assert started.stdin is not None
            assert started.stderr is not None
            started.stdin.write(b"hello\n")
            assert (await started.stderr.read()).endswith(b" False\n")


@pytest.mark.usefixtures("way")
async def test_it_is_killed_with_its_context() -> None:
    async with running(python("input()")) as started:
        assert started.returncode is None
    assert started.returncode == -signal.SIGKILL


@pytest.mark.usefixtures("way")
async def test_what_it_has_started_is_killed_with_it() -> None:
    """An az that waits for a server which says nothing would stay, and with each try another one."""
    async with running(python(HELPED)) as started:
        helper = await helper_of(started)
    assert has_ended(helper)


async def test_what_it_has_started_does_not_outlive_it() -> None:
    async with running(python(HELPED)) as started:
        helper = await helper_of(started)
        assert started.stdin is not None
        started.stdin.write(b"\n")
        assert await started.wait() == 0
    assert has_ended(helper)


async def helper_of(started: process.Process) -> int:
    """A descriptor of the process that `started`, HELPED, tells of."""
    assert started.stdout is not None
    return os.pidfd_open(int(await started.stdout.readline()))


def has_ended(helper: int) -> bool:
    """Whether it does so soon; the descriptor is closed."""
    try:
        return bool(select.select([helper], [], [], 30)[0])
    finally:
        os.close(helper)


@pytest.mark.usefixtures("way")
async def test_what_cannot_be_started_is_told() -> None:
    with pytest.raises(AcquisitionDied, match="cannot start a process: No such file or directory"):
        async with running(["/nonexistent/python"]):
            pass


async def test_the_thread_that_started_it_stays() -> None:
    """The end of that thread would be the end of whoever dies with its parent (PR_SET_PDEATHSIG, prctl(2))."""
    async with running(python(TIED)) as first, running(python(TIED)) as second:
        for started in (first, second):
            assert started.stdin is not None
            started.stdin.write(b"\n")
            assert await started.wait() == 0


class Late:
    """Starts a process once it may."""

    def __init__(self) -> None:
        self.asked, self.may = threading.Event(), threading.Event()
        self.started = 0
        self.spawned: Spawned

    def spawn(self, command: Sequence[str], streams: Sequence[int], processors: AbstractSet[int]) -> Spawned:
        self.asked.set()
        assert self.may.wait(10), "the loop waited for the start"
        self.started += 1
        self.spawned = spawning.spawn(command, streams, processors)
        return self.spawned


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[Late]:
    late = Late()
    monkeypatch.setattr(starter, "spawn", late.spawn)
    yield late
    late.may.set()


async def test_the_loop_goes_on_while_one_is_started(late: Late) -> None:
    asyncio.get_running_loop().call_soon(late.may.set)
    async with running(python("input()")) as started:
        assert late.spawned.pid == started.pid


async def start() -> None:
    async with running(python("input()")):
        pytest.fail("it was cancelled before that")


@pytest.mark.parametrize("times", [1, 2])
async def test_who_is_cancelled_meanwhile_leaves_no_process(late: Late, times: int) -> None:
    """Twice: by its deadline, and by the logout that comes then."""
    starting = asyncio.create_task(start())
    await asyncio.to_thread(late.asked.wait)
    for _ in range(times):
        starting.cancel()
        await asyncio.wait([starting], timeout=0)
    late.may.set()
    with pytest.raises(asyncio.CancelledError):
        await starting
    with pytest.raises(ProcessLookupError):
        os.kill(late.spawned.pid, 0)


async def test_who_is_cancelled_before_it_began_waits_for_nobody(late: Late) -> None:
    first, second = asyncio.create_task(start()), asyncio.create_task(start())
    await asyncio.to_thread(late.asked.wait)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert not first.done()
    first.cancel()
    late.may.set()
    await asyncio.wait([first])


async def test_no_start_waits_for_the_vaults_disk() -> None:
    answers = threading.Event()
    writing = [asyncio.create_task(asyncio.to_thread(answers.wait, 10)) for _ in range(64)]
    try:
        async with running(python("input()")):
            assert not any(one.done() for one in writing)
    finally:
        answers.set()
        await asyncio.wait(writing)


async def test_a_start_without_a_thread_is_not_made_later(monkeypatch: pytest.MonkeyPatch, late: Late) -> None:
    """RLIMIT_NPROC, pids.max: the streams that it was to have are closed by then, or somebody else's."""
    late.may.set()
    monkeypatch.setattr(process, "starter", starter.Starter())
    with none_to_be_had(), pytest.raises(AcquisitionDied, match="Resource temporarily unavailable"):
        await start()
    assert not late.asked.is_set()
    async with running(python("input()")) as started:
        assert late.spawned.pid == started.pid
        assert late.started == 1


async def test_one_that_cannot_be_watched_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[int] = []

    def none_left(pid: int) -> int:
        watched.append(pid)
        raise OSError(errno.ENFILE, os.strerror(errno.ENFILE))

    monkeypatch.setattr(process, "has_pidfd", lambda: True)
    monkeypatch.setattr(os, "pidfd_open", none_left)
    with pytest.raises(AcquisitionDied, match="Too many open files in system"):
        async with running(python("input()")):
            pass
    with pytest.raises(ProcessLookupError):
        os.kill(watched[0], 0)


async def test_a_status_that_nobody_keeps() -> None:
    """Whoever started the daemon may ignore SIGCHLD, and so does the daemon then (execve(2))."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        async with running(python("input(); raise SystemExit(3)")) as started:
            assert started.stdin is not None
            started.stdin.write(b"\n")  # it has been begun: one that ended before would be gone, with its number
            assert await started.wait() == process.UNKNOWN_STATUS
    finally:
        signal.signal(signal.SIGCHLD, before)
