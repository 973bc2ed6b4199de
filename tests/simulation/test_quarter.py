"""A week of work, three times, with all that can happen: nothing fails that need not, nobody signs in twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulation.peers import modelled
from simulation.quarter import played
from simulation.timeline import CHANCES, DAYS, INCIDENTS, RENEWED, quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = (193, 321, 396)
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
    assert tally.beyond_policy == 0
    assert tally.tabs == tally.sign_ins
    assert tally.calls > SOME_DAYS * 100
    assert tally.failed, "nothing went wrong that could have"
    assert tally.requests < tally.calls


def test_the_seeds_hold_everything_that_can_happen() -> None:
    befallen = {event.what for seed in SEEDS for event in quarter(seed, SOME_DAYS)}
    others = {"secret ends", "password ends", "night"}
    assert befallen >= CHANCES.keys() | INCIDENTS.keys() | RENEWED.keys() | others


def test_they_hold_certificates_that_are_replaced_in_time_and_too_late() -> None:
    kinds = set()
    for seed in SEEDS:
        certificates = [event for event in quarter(seed, SOME_DAYS) if event.what == "certificate"]
        kinds |= {before.at + before.size < after.at for before, after in pairwise(certificates)}
    assert kinds == {True, False}


def test_a_quarter_is_the_same_each_time() -> None:
    assert quarter(1) == quarter(1)
    assert quarter(1) != quarter(2)
    assert Counter(event.what for event in quarter(1))["morning"] == DAYS


def test_the_models_fail_where_their_documents_say_so() -> None:
    counts = {name: count for name, (_, count) in modelled(quarter(1)).items()}
    assert all(count.calls > 0 for count in counts.values())
    assert counts["az acr login"].avoidable > DAYS
    assert 1 <= counts["a personal access token"].avoidable <= 6


def simulated(record: Path, quarters: int) -> str:
    command = [sys.executable, "-m", "simulation", "--days", "1", "--workers", "1"]
    command += ["--quarters", str(quarters), "--record", str(record)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_a_recorded_run_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    record = tmp_path / "quarters.jsonl"
    simulated(record, 1)
    line = record.read_text()
    table = simulated(record, 2).splitlines()
    assert record.read_text().startswith(line)
    assert len(record.read_text().splitlines()) == 2
    assert table[1].startswith("keyturn (all of them)")
    assert table[-1].startswith("2 quarters with keyturn: ")
