"""Changes of the vault on a machine in distress: in their order, and what was told as failed is never made."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturn.reach.paths import state_path
from keyturnd import unstoppable
from keyturnd.threads import Threads
from keyturnd.vault import changing, tokens
from keyturnd.vault.changing import wholly
from keyturnd.vault.looking import seen
from keyturnd.vault.tokens import Token
from support.daemon.brokers import Bench, service_profile, want
from support.machine.threads import none_to_be_had

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.vault.records import RecordName

CHANGES = 64
"""More than there are threads to look by."""


async def test_a_disk_that_does_not_answer_holds_the_vaults_thread_alone() -> None:
    answers, made = threading.Event(), list[int]()

    def change(number: int) -> None:
        assert answers.wait(30)
        made.append(number)

    waiting = [asyncio.create_task(wholly(change, number)) for number in range(CHANGES)]
    try:
        assert await seen(len, "who looks") == len("who looks")
        assert not made
    finally:
        answers.set()
    await asyncio.gather(*waiting)
    assert made == list(range(CHANGES))


async def test_what_finds_no_thread_is_told_and_not_made_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """RLIMIT_NPROC, pids.max."""
    made = list[str]()
    monkeypatch.setattr(changing, "thread", Threads())
    with none_to_be_had(), pytest.raises(StateError) as raised:
        await wholly(made.append, "told as failed")
    assert raised.value.lines() == (
        "keyturn: error: cannot change what is kept: resource temporarily unavailable\n"
        "keyturn: hint: keyturn daemon restart\n"
    )
    await wholly(made.append, "wanted")
    assert made == ["wanted"]


async def test_a_renewal_outlives_the_look_for_what_has_expired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, profile = Bench(tmp_path / "vault"), service_profile()
    key, now = want(profile).key, bench.clock.wall()
    await bench.holdings.keep_token(key, Token("old", now - 7200, now - 3600))
    vault = await bench.holdings.vault()
    put, get = vault.put, vault.get

    def renewed_meanwhile(name: RecordName) -> bytes | None:
        found = get(name)
        monkeypatch.setattr(vault, "get", get)
        put(key, tokens.encode(Token("new", now, now + 3600)))
        return found

    monkeypatch.setattr(vault, "get", renewed_meanwhile)
    await bench.holdings.prune(now)
    kept = await bench.holdings.token(key, profile)
    assert kept is not None
    assert kept.access_token == "new"
    await bench.holdings.prune(now + 7200)
    assert get(key) is None


async def test_a_disk_that_does_not_answer_is_told_of_and_the_change_comes_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, made = threading.Event(), list[str]()

    def change() -> None:
        assert answers.wait(30)
        made.append("late")

    monkeypatch.setattr(changing, "PATIENCE", 0.0)
    monkeypatch.setattr(unstoppable, "LAST_PATIENCE", 0.0)
    try:
        with pytest.raises(StateError) as raised:
            await wholly(change)
        assert await unstoppable.is_left()
    finally:
        answers.set()
    assert raised.value.lines() == (
        f"keyturn: error: the disk of {state_path()} does not answer; what is to be written waits for it\n"
        "keyturn: hint: see to it or to its server, then run the command again\n"
    )
    monkeypatch.setattr(changing, "PATIENCE", 30.0)
    await wholly(made.append, "the next")
    assert made == ["late", "the next"]
