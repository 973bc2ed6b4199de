"""The signals that end the daemon, sent to this very process."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from keyturnd.life import ends

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def as_they_were() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ends.ENDS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ends.ENDS)
async def test_each_calls_in_the_loop(number: signal.Signals) -> None:
    told = asyncio.Event()
    with ends.calling(told.set):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(told.wait(), 30)


async def test_one_that_another_thread_gets_wakes_the_loop() -> None:
    told = asyncio.Event()
    with ends.calling(told.set):
        signal.pthread_sigmask(signal.SIG_BLOCK, ends.ENDS)  # for this thread and, as it is inherited, the next
        try:
            thread = threading.Thread(target=signal.pthread_sigmask, args=(signal.SIG_UNBLOCK, ends.ENDS))
            os.kill(os.getpid(), signal.SIGTERM)
            thread.start()
            await asyncio.wait_for(told.wait(), 30)
            thread.join()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ends.ENDS)


async def test_others_call_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "ENDS", (signal.SIGTERM,))
    told, other = asyncio.Event(), asyncio.Event()
    signal.signal(signal.SIGUSR1, lambda *_: other.set())
    try:
        with ends.calling(told.set):
            os.kill(os.getpid(), signal.SIGUSR1)
            await other.wait()
            await asyncio.sleep(0)
            assert not told.is_set()
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)


async def test_afterwards_they_end_the_process() -> None:
    with ends.calling(lambda: None):
        pass
    assert [signal.getsignal(number) for number in ends.ENDS] == [signal.SIG_DFL] * len(ends.ENDS)
