"""Acquisitions give way to the daemon."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd import libc
from keyturnd.fetching.processes.giving_way import STRETCH, processors
from keyturnd.fetching.processes.process import running
from support.daemon.played import JOB, RESULT, Audience, playing

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from keyturnd.fetching.processes.acquisitions import Acquisitions
    from keyturnd.messages.channel import Event


GET_ATTRIBUTES = {"x86_64": 315, "aarch64": 275}[platform.machine()]
KNOWS_STRETCHES = tuple(int(part) for part in platform.release().split(".")[:2]) >= (6, 12)
"""Another kernel tells 0 (sched_getattr(2))."""
ALLOWED = os.sched_getaffinity(0)
SELF = f"""
import ctypes, json, os, struct
def itself():
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall({GET_ATTRIBUTES}, 0, attributes, 48, 0) == 0
    return [os.getsid(0) == os.getpid(), struct.unpack("=IIQiIQQQ", attributes.raw)[5], [*os.sched_getaffinity(0)]]
hear()
say(json.dumps(dict(type="event", kind="progress", message=json.dumps(itself()))) + "\\n")
"""
STAYS = "hear()"
LEAVES = f"say({RESULT!r})"


class Heard(Audience):
    """What the process told of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.told: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

    def on_event(self, event: Event) -> None:
        self.told.set_result(json.loads(event.message))


async def one_more(acquisitions: Acquisitions) -> tuple[asyncio.Task[Any], list[Any]]:
    heard = Heard()
    task = asyncio.create_task(acquisitions.run(JOB, heard))
    return task, await heard.told


async def test_it_gives_way_in_a_session_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    task, told = await one_more(playing(monkeypatch, SELF + LEAVES))
    assert told[:2] == [True, STRETCH if KNOWS_STRETCHES else 0]
    await task


async def test_it_leaves_us_our_processor_and_takes_any_once_there_are_as_many_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = frozenset(sorted(ALLOWED)[:2])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: few)
    call = libc.call
    monkeypatch.setattr(libc, "call", lambda name, *given: min(few) if name == "sched_getcpu" else call(name, *given))
    acquisitions = playing(monkeypatch, SELF + STAYS)
    tasks, told = zip(*[await one_more(acquisitions) for _ in range(2)], strict=True)
    assert [set(each[2]) for each in told] == [few - {min(few)} or few, few]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    task, told = await one_more(acquisitions)
    assert set(told[2]) == (few - {min(few)} or few), "who has ended is beside nobody"
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.parametrize(
    ("allowed", "beside", "ours"),
    [
        ({0, 1, 2, 3}, 0, {0, 1, 3}),
        ({0, 1, 2, 3}, 2, {0, 1, 3}),
        ({0, 1, 2, 3}, 3, {0, 1, 2, 3}),
        ({2, 5}, 0, {5}),
        ({2, 5}, 1, {2, 5}),
        ({2}, 0, {2}),
        ({0, 1}, 0, {0, 1}),  # we have just been moved away from 2
    ],
)
def test_processors(
    monkeypatch: pytest.MonkeyPatch, allowed: AbstractSet[int], beside: int, ours: AbstractSet[int]
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: allowed)
    monkeypatch.setattr(libc, "call", {"sched_getcpu": 2}.__getitem__)
    assert processors(beside) == ours


async def test_processors_that_are_there_no_more_are_no_failure() -> None:
    async with running([sys.executable, "-c", "input()"], {max(ALLOWED) + 512}) as started:
        assert os.sched_getaffinity(started.pid) == ALLOWED
