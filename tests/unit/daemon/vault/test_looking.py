"""Looks at a disk that does not answer, and on a machine that has no thread to spare."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturn.reach.paths import state_path
from keyturnd import unstoppable
from keyturnd.threads import Threads
from keyturnd.vault import looking
from keyturnd.vault.looking import MOST, seen
from support.daemon.brokers import Bench, service_profile
from support.machine.threads import none_to_be_had

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from keyturnd.vault.records import RecordName


class Disk:
    """Answers once it is let; `looks` counts who has begun to look."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.begun = threading.Event()
        self.looks = 0

    def look(self) -> str:
        self.looks += 1
        self.begun.set()
        assert self.answers.wait(30)
        raise StateError("read too late for anybody")


@pytest.fixture
async def disk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Disk]:
    monkeypatch.setattr(looking, "threads", Threads(MOST))
    monkeypatch.setattr(looking, "PATIENCE", 0.0)
    monkeypatch.setattr(looking, "LITTLE_PATIENCE", 0.0)
    for module, left in (unstoppable, "left"), (looking, "_late"):
        monkeypatch.setattr(module, left, set())  # what other tests' loops have left is nobody's here
    made = Disk()
    yield made
    made.answers.set()
    await asyncio.gather(*unstoppable.left, return_exceptions=True)


async def refused(disk: Disk) -> str:
    with pytest.raises(StateError) as raised:
        await seen(disk.look)
    return raised.value.lines()


async def test_a_disk_that_does_not_answer_is_told_of(disk: Disk) -> None:
    assert await refused(disk) == (
        f"keyturn: error: the disk of {state_path()} does not answer\n"
        "keyturn: hint: see to it or to its server, then run the command again\n"
    )


async def test_no_more_wait_for_it_than_there_are_threads(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [await refused(disk) for _ in range(MOST + 3)]
    assert len(set(told)) == 1
    disk.answers.set()
    await asyncio.gather(*unstoppable.left, return_exceptions=True)
    assert disk.looks == MOST
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    assert await seen(len, "back") == len("back")


async def test_who_leaves_says_nothing_of_the_disk(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while it begins to turn: the next command has all the patience, and nobody looks for who is gone."""
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    callers = [asyncio.create_task(seen(disk.look)) for _ in range(MOST + 3)]
    await asyncio.to_thread(disk.begun.wait, 30)
    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)
    next_one = asyncio.create_task(seen(len, "back"))
    await asyncio.sleep(0)
    disk.answers.set()
    assert await next_one == len("back")
    assert disk.looks <= MOST


async def test_the_end_of_the_daemon_finds_who_still_waits(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unstoppable, "LAST_PATIENCE", 0.0)
    assert not await unstoppable.is_left()
    await refused(disk)
    assert await unstoppable.is_left()


async def test_it_finds_who_is_cut_off_by_it(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    monkeypatch.setattr(unstoppable, "LAST_PATIENCE", 0.1)
    caller = asyncio.create_task(seen(disk.look))
    await asyncio.to_thread(disk.begun.wait, 30)
    assert await unstoppable.is_left()
    assert caller.cancelled()


async def test_whoever_leaves_while_it_is_waited_for_leaves_the_look_behind(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 30.0)
    caller = asyncio.create_task(seen(disk.look))
    await asyncio.to_thread(disk.begun.wait, 30)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert len(unstoppable.left) == 1


async def test_without_a_thread_the_loop_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """RLIMIT_NPROC, pids.max."""
    monkeypatch.setattr(looking, "threads", Threads(MOST))
    with none_to_be_had():
        assert await seen(threading.current_thread) is threading.current_thread()


async def test_records_are_read_by_threads_once_the_daemon_has_settled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, profile = Bench(tmp_path / "vault"), service_profile()
    await bench.holdings.keep_secret(profile, "hush")
    vault, readers = await bench.holdings.vault(), list[threading.Thread]()

    def read(name: RecordName, get: Callable[[RecordName], bytes | None] = vault.get) -> bytes | None:
        readers.append(threading.current_thread())
        return get(name)

    monkeypatch.setattr(vault, "get", read)
    assert await bench.holdings.secret(profile) == "hush"
    bench.holdings.read_by_threads()
    assert await bench.holdings.secret(profile) == "hush"
    assert [reader is threading.current_thread() for reader in readers] == [True, False]
