"""`python -m simulation`: what is recorded is not played again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]


def simulated(record: Path, quarters: int) -> str:
    command = [sys.executable, "-m", "simulation", "--days", "1", "--workers", "1"]
    command += ["--quarters", str(quarters), "--record", str(record)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_a_run_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    record = tmp_path / "quarters.jsonl"
    simulated(record, 1)
    line = record.read_text()
    table = simulated(record, 2).splitlines()
    assert record.read_text().startswith(line)
    assert len(record.read_text().splitlines()) == 2
    assert table[1].startswith("keyturn (all of them)")
    assert table[-1].startswith("2 quarters with keyturn: ")
