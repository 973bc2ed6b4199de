"""Whoever waits for a count is woken by it, and by nothing less."""

from __future__ import annotations

import asyncio

import pytest

from keyturn_emulator.ledger import Ledger


async def test_waiting_ends_with_the_count() -> None:
    ledger = Ledger()
    waiting = asyncio.create_task(ledger.reached("token", 2, timeout=10))
    await asyncio.sleep(0)
    ledger.count("token", "git")
    ledger.count("git")
    await asyncio.sleep(0)
    assert not waiting.done()
    ledger.count("token")
    assert await waiting == 2


async def test_what_happened_before_counts_too() -> None:
    ledger = Ledger()
    ledger.count("token")
    assert await ledger.reached("token", 1, timeout=0) == 1


async def test_what_does_not_happen_times_out() -> None:
    with pytest.raises(TimeoutError):
        await Ledger().reached("token", 1, timeout=0)


def test_a_failure_is_told_without_its_message() -> None:
    ledger = Ledger()
    try:
        raise RuntimeError("planted secret")
    except RuntimeError as error:
        told = ledger.failed(error)
    assert told["defect"] == "RuntimeError"
    assert "test_a_failure_is_told" in str(told["where"])
    assert "planted" not in str(told)
    assert ledger.counts["defect"] == 1


def test_entries_are_kept_and_echoed() -> None:
    echoed: list[object] = []
    ledger = Ledger(echoed.append)
    ledger.record(endpoint="token", status=200)
    assert echoed == list(ledger.log) == [{"endpoint": "token", "status": 200}]
    ledger.reset()
    assert not ledger.log
