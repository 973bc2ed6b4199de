"""What was being written when its caller was cancelled: it has ended when the caller has."""

from __future__ import annotations

import asyncio
import gc
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.errors import StateError
from keyturnd.messages.states import EntraState
from keyturnd.vault.changing import wholly
from keyturnd.vault.names import state_name
from support.daemon.brokers import Bench, personal_profile

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.vault.records import RecordName

STATE = EntraState("refresh-0", "alice@contoso.example")


class Slow:
    """A vault's `put` that begins, and goes on when the test lets it."""

    def __init__(self, put: Any) -> None:
        self.begun, self.go_on = Event(), Event()
        self._put = put

    def __call__(self, name: RecordName, payload: bytes) -> None:
        self.begun.set()
        assert self.go_on.wait(30)
        self._put(name, payload)


async def begun(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Task[bool], Slow]:
    """A sign-in on its way into the vault."""
    vault = await bench.holdings.vault()
    slow = Slow(vault.put)
    monkeypatch.setattr(vault, "put", slow)
    keeping = asyncio.create_task(bench.holdings.keep_state(personal_profile(), STATE))
    await asyncio.to_thread(slow.begun.wait, 30)
    return keeping, slow


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_write_has_ended_when_its_caller_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Twice: by its deadline, and by the logout that comes then."""
    bench = Bench(tmp_path / "vault")
    keeping, slow = await begun(bench, monkeypatch)
    for _ in range(times):
        keeping.cancel()
        await asyncio.wait([keeping], timeout=0)
        assert not keeping.done()
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert (await bench.holdings.vault()).get(state_name(personal_profile())) is not None
    await bench.broker.logout("me")
    assert await bench.holdings.state(personal_profile()) is None


async def test_memory_learns_of_another_sign_in_though_nobody_waits_for_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, told = Bench(tmp_path / "vault"), list[str]()
    bench.holdings.on_new_sign_in = told.append
    keeping, slow = await begun(bench, monkeypatch)
    keeping.cancel()
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert told == ["me"]


async def test_what_fails_when_its_caller_has_been_cancelled_is_no_bug() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    begun, go_on = Event(), Event()

    def fail() -> None:
        begun.set()
        assert go_on.wait(30)
        raise StateError("cannot write: no space left on device")

    changing = asyncio.create_task(wholly(fail))
    await asyncio.to_thread(begun.wait, 30)
    changing.cancel()
    go_on.set()
    await asyncio.wait([changing])
    assert changing.cancelled()
    del changing
    gc.collect()
    assert not told
