"""The command behind `sh contrib/bench.sh`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import builds, chart, report
from benchmarks.cases import CASES
from benchmarks.stage import Stage
from keyturn_emulator.launch import Emulator


def main() -> int:
    asked = _arguments()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        compared = [builds.THIS] if asked.against is None else builds.both(asked.against, directory)
        emulator = stack.enter_context(Emulator())
        stages = [
            stack.enter_context(Stage(build, directory / f"machine{number}", emulator))
            for number, build in enumerate(compared)
        ]
        results = {case: CASES[case](stages, asked.rounds) for case in asked.cases or CASES}
    print("\n".join(report.lines(results)))
    document = report.document(results, asked.rounds)
    if asked.json is not None:
        asked.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if asked.svg is not None:
        asked.svg.write_text(chart.draw(document), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sh contrib/bench.sh", description="Measure keyturn beside its peers, on an emulator on this machine."
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"what to measure (all of them): {', '.join(CASES)}")
    parser.add_argument("--rounds", type=int, default=300, help="how often (%(default)s)")
    parser.add_argument(
        "--against", type=Path, metavar="WHEEL",
        help="measure an earlier build too; to make one: git archive COMMIT | tar -x -C DIR; python -m build -w DIR",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the distributions there")
    asked = parser.parse_args()
    for case in asked.cases:
        if case not in CASES:
            parser.error(f"there is no case {case}: choose from {', '.join(CASES)}")
    if asked.rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    return asked


if __name__ == "__main__":
    sys.exit(main())
