"""`PYTHONPATH=tests python -m simulation --quarters N`: quarters of work, and what failed in them."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from keyturnd import journal
from simulation.loop import unhurried
from simulation.peers import Count, modelled
from simulation.quarter import Tally, played
from simulation.timeline import DAYS, quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory of ours is made in it


class Played(msgspec.Struct):
    """What the quarter of `seed` came to: with keyturn, and with the others by their names."""

    seed: int
    ours: Tally
    theirs: dict[str, Count]


def main() -> int:
    """The exit status: 1 where a command failed that need not have, or somebody signed in for nothing."""
    asked = _arguments()
    seeds = range(asked.first, asked.first + asked.quarters)
    known = _recorded(asked.record)
    missing = [seed for seed in seeds if seed not in known]
    with ProcessPoolExecutor(asked.workers) as pool, asked.record.open("ab") as record:
        for one in pool.map(partial(_played, days=asked.days), missing):
            known[one.seed] = one
            record.write(msgspec.json.encode(one) + b"\n")
            record.flush()
    told = [known[seed] for seed in seeds]
    print("\n".join(_lines(told)))
    return int(any(one.ours.avoidable or one.ours.beyond_policy for one in told))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--quarters", type=int, default=1, help="how many (%(default)s)")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first one's seed (%(default)s)")
    parser.add_argument("--days", type=int, default=DAYS, help="working days of each (%(default)s)")
    parser.add_argument("--workers", type=int, help="how many are played at the same time (one a processor)")
    recorded = "has a line for each, or gets it: what is in it is not played again"
    parser.add_argument("--record", type=Path, default=Path(os.devnull), metavar="FILE", help=recorded)
    return parser.parse_args()


def _recorded(path: Path) -> dict[int, Played]:
    lines = path.read_bytes().splitlines() if path.exists() else []
    return {one.seed: one for one in (msgspec.json.decode(line, type=Played) for line in lines)}


def _played(seed: int, days: int) -> Played:
    os.umask(0o077)
    journal.logger.disabled = True
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=parent) as directory, asyncio.Runner(loop_factory=unhurried) as runner:
        tally = runner.run(played(Path(directory), seed, days))
    models = modelled(quarter(seed, days))
    return Played(seed, tally, {f"{name} ({tool})": count for name, (tool, count) in models.items()})


def _lines(told: list[Played]) -> Iterator[str]:
    """A line for keyturn and one for each model, of all quarters together; then what was avoidable, told."""
    yield f"{'':36}{'calls':>10}{'failed':>9}{'avoidably':>10}{'sign-ins':>9}{'tokens':>9}"
    yield _line("keyturn (all of them)", *(_as_count(one.ours) for one in told))
    for name in told[0].theirs:
        yield _line(name, *(one.theirs[name] for one in told))
    beyond, tabs, requests = (
        sum(getattr(one.ours, what) for one in told) for what in ("beyond_policy", "tabs", "requests")
    )
    yield f"{len(told)} quarters with keyturn: {tabs} tabs, {beyond} sign-ins beyond policy, {requests} requests"
    for one in told:
        yield from (f"seed {one.seed}: {avoidable}" for avoidable in one.ours.avoidable)


def _as_count(tally: Tally) -> Count:
    return Count(tally.calls, sum(tally.failed.values()), len(tally.avoidable), tally.sign_ins, tally.tokens)


def _line(name: str, *counts: Count) -> str:
    calls, failed, avoidable, sign_ins, tokens = (
        sum(getattr(count, what) for count in counts) for what in Count.__dataclass_fields__
    )
    return f"{name:36}{calls:10}{failed:9}{avoidable:10}{sign_ins:9}{tokens:9}"


if __name__ == "__main__":
    sys.exit(main())
