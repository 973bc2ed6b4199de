"""A week of work, twice, with all that can happen: nothing fails that need not, nobody signs in twice."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from simulation.peers import modelled
from simulation.quarter import played
from simulation.timeline import CHANCES, DAYS, INCIDENTS, quarter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS = (2, 28)
"""Between them, everything happens in the first days."""
SOME_DAYS = 5


@pytest.fixture(autouse=True)
def private_files() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_command_fails_that_need_not(seed: int, tmp_path: Path) -> None:
    tally = await played(tmp_path, seed, SOME_DAYS)
    assert tally.avoidable == []
    assert tally.sign_ins <= tally.forced
    assert tally.calls > SOME_DAYS * 100
    assert tally.failed.total() > 0, "nothing went wrong that could have"
    assert tally.requests < tally.calls


def test_the_seeds_hold_everything_that_can_happen() -> None:
    befallen = {event.what for seed in SEEDS for event in quarter(seed, SOME_DAYS)}
    assert befallen >= INCIDENTS.keys() | CHANCES.keys()


def test_a_quarter_is_the_same_each_time() -> None:
    assert quarter(1) == quarter(1)
    assert quarter(1) != quarter(2)
    assert Counter(event.what for event in quarter(1))["morning"] == DAYS


def test_the_models_fail_where_their_documents_say_so() -> None:
    counts = {name: count for name, (_, count) in modelled(quarter(1)).items()}
    assert all(count.calls > 0 for count in counts.values())
    assert counts["az acr login"].avoidable > DAYS
    assert 1 <= counts["a personal access token"].avoidable <= 6
