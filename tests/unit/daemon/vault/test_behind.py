"""Tokens on their way to a disk that does not answer: they are given, and somebody is told once."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.vault import behind
from keyturnd.vault.tokens import Token
from support.daemon.brokers import OTHER_SCOPES, SCOPES, Bench, Person, read_across, service_profile, want

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CI = service_profile()
NOBODY = Person(waits=False)
TURNS = 20
"""Of the loop: more than either of them takes to wait."""
NOT_KEPT = "new tokens are lost when the daemon ends: the disk does not answer"


class Disk:
    """Makes a change once it answers."""

    def __init__(self, change: Any, answers: threading.Event) -> None:
        self.answers = answers
        self._change = change

    def change(self, *arguments: object) -> None:
        assert self.answers.wait(30)
        self._change(*arguments)


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "vault")
    await made.entrust(CI)
    return made


@pytest.fixture
async def disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Disk]:
    made = Disk(bench.vault.put, threading.Event())
    monkeypatch.setattr(bench.vault, "put", made.change)
    monkeypatch.setattr(behind, "PATIENCE", 0.0)
    yield made
    made.answers.set()


async def all_is_written(bench: Bench) -> None:
    """Changes are made one after another: this one comes last."""
    await bench.holdings.drop_tokens("nobody's")
    await asyncio.sleep(0)


async def test_they_are_given_and_sealed_once_it_answers(bench: Bench, disk: Disk) -> None:
    first, second = want(CI), want(CI, OTHER_SCOPES)
    given = [await bench.broker.token(first, NOBODY), await bench.broker.token(second, NOBODY)]
    assert bench.warnings == [NOT_KEPT]
    assert [await bench.holdings.token(one.key, CI) for one in (first, second)] == [None, None]
    disk.answers.set()
    await all_is_written(bench)
    assert [await bench.holdings.token(one.key, CI) for one in (first, second)] == given


async def test_it_is_told_again_when_one_has_been_sealed_meanwhile(
    bench: Bench, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.broker.token(want(CI), NOBODY)
    disk.answers.set()
    await all_is_written(bench)
    with monkeypatch.context() as patient:
        patient.setattr(behind, "PATIENCE", 30.0)
        await bench.broker.token(want(CI, OTHER_SCOPES), NOBODY)
    disk.answers.clear()
    await bench.broker.token(want(CI, ("a/b",)), NOBODY)
    assert bench.warnings == [NOT_KEPT, NOT_KEPT]


async def test_a_logout_meanwhile_is_the_last_word(bench: Bench, disk: Disk) -> None:
    await bench.broker.token(want(CI), NOBODY)
    leaving = asyncio.create_task(bench.broker.logout("ci"))
    await asyncio.wait([leaving], timeout=0)
    disk.answers.set()
    await leaving
    assert list(bench.vault.names()) == []


async def test_nobody_waits_for_a_rejected_tokens_end(
    bench: Bench, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git waits for its helper's `erase`. What is not deleted yet is not given all the same."""
    disk.answers.set()
    token = await bench.broker.token(want(CI), NOBODY)
    await all_is_written(bench)
    disk.answers.clear()
    monkeypatch.setattr(bench.vault, "delete", Disk(bench.vault.delete, disk.answers).change)
    given = [token]
    for _ in range(2):
        await bench.broker.reject(want(CI), given[-1].digest)
        bench.clock.advance(60)
        given.append(await bench.broker.token(want(CI), NOBODY))
    assert given[2] not in given[:2], "refused, and what tells so has not come to the disk"


async def test_who_reads_what_is_about_to_end_does_not_hear_of_it_when_it_has(
    bench: Bench, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is back answers reads and changes in any order."""
    key = want(CI).key
    disk.answers.set()
    await bench.holdings.keep_token(key, Token("text", 0.0, 3600.0))
    await all_is_written(bench)
    disk.answers.clear()
    monkeypatch.setattr(bench.vault, "delete", Disk(bench.vault.delete, disk.answers).change)
    await bench.holdings.drop_token(key)

    async def come_back() -> None:
        disk.answers.set()
        await all_is_written(bench)

    assert await read_across(bench, monkeypatch, bench.holdings.token(key, CI), come_back()) is None


async def test_only_where_one_is_late_the_next_is_not_waited_for(
    bench: Bench, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "PATIENCE", 30.0)
    token, keep = Token("text", 0.0, 3600.0), bench.holdings.keep_token
    two = [asyncio.create_task(keep(want(CI, scopes).key, token)) for scopes in (SCOPES, OTHER_SCOPES)]
    for _ in range(TURNS):
        await asyncio.sleep(0)
    disk.answers.set()
    assert await asyncio.gather(*two) == [True, True]
