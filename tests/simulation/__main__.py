"""`PYTHONPATH=tests python -m simulation --quarters N`: quarters of work, and what failed in them."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keyturnd import journal
from simulation.peers import modelled
from simulation.quarter import played
from simulation.timeline import DAYS, quarter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.peers import Count
    from simulation.quarter import Tally

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory of ours is made in it


def main() -> int:
    """The exit status: 1 where a command failed that need not have, or somebody signed in for nothing."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--quarters", type=int, default=1, help="how many (%(default)s)")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first one's seed (%(default)s)")
    parser.add_argument("--days", type=int, default=DAYS, help="working days of each (%(default)s)")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.quarters)
    with ProcessPoolExecutor() as pool:
        tallies = dict(zip(seeds, pool.map(partial(_tally, days=asked.days), seeds), strict=True))
    print("\n".join(_lines(tallies, asked.days)))
    return int(any(tally.avoidable or tally.sign_ins > tally.forced for tally in tallies.values()))


def _tally(seed: int, days: int) -> Tally:
    os.umask(0o077)
    journal.logger.disabled = True
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as directory:
        return asyncio.run(played(Path(directory), seed, days))


def _lines(tallies: dict[int, Tally], days: int) -> Iterator[str]:
    """A line for keyturn and one for each model, of all quarters together; then what was avoidable, told."""
    total, peers = Counter[str](), dict[str, Counter[str]]()
    for seed, tally in tallies.items():
        total += Counter(
            calls=tally.calls, failed=tally.failed.total(), avoidable=len(tally.avoidable), tabs=tally.sign_ins
        )
        for name, (tool, count) in modelled(quarter(seed, days)).items():
            peers[f"{name} ({tool})"] = peers.get(f"{name} ({tool})", Counter()) + _counted(count)
    yield f"{'':40} {'calls':>8} {'failed':>8} {'avoidably':>10} {'sign-ins':>9}"
    for name, counted in {"keyturn (all of them)": total, **peers}.items():
        yield f"{name:40} {counted['calls']:8} {counted['failed']:8} {counted['avoidable']:10} {counted['tabs']:9}"
    forced, requests = (sum(getattr(one, what) for one in tallies.values()) for what in ("forced", "requests"))
    yield f"policy forced {forced} sign-ins; keyturn's acquisitions sent {requests} requests"
    for seed, tally in tallies.items():
        yield from (f"seed {seed}: {told}" for told in tally.avoidable)


def _counted(count: Count) -> Counter[str]:
    return Counter(vars(count))


if __name__ == "__main__":
    sys.exit(main())
