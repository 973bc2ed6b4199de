"""The command behind `sh contrib/bench.sh`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import builds, chart, figures, report
from benchmarks.cases import BY_NAME, CASES
from benchmarks.stage import Stage
from keyturn_emulator.launch import Emulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.builds import Build

UNASKED = [case for case in CASES if case not in BY_NAME]


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as directory:
        compared = [builds.THIS] if asked.against is None else builds.both(asked.against, Path(directory))
        runs = [_run(asked, compared, Path(directory, f"run{number}")) for number in range(asked.runs)]
    _write(asked, report.document(runs, asked.rounds))
    return 0


def _run(asked: argparse.Namespace, compared: Sequence[Build], directory: Path) -> dict[str, Any]:
    """What the cases found (report.run), each build on a machine of its own; it is printed, too."""
    with ExitStack() as stack:
        emulator = stack.enter_context(Emulator())
        stages = [
            stack.enter_context(Stage(build, directory / f"machine{number}", emulator))
            for number, build in enumerate(compared)
        ]
        results = {case: CASES[case](stages, asked.rounds) for case in asked.cases}
    print("\n".join(report.lines(results)), flush=True)
    return report.run(results)


def _write(asked: argparse.Namespace, document: dict[str, Any]) -> None:
    if asked.json is not None:
        asked.json.write_text(report.text(document), encoding="utf-8")
    if asked.svg is not None:
        asked.svg.write_text(chart.draw(document), encoding="utf-8")
    for page in asked.markdown:
        page.write_text(figures.rewritten(page.read_text(encoding="utf-8"), document), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sh contrib/bench.sh",
        description="Measure keyturn beside its peers, on an emulator on this machine.",
        epilog="In front of these, --peers first gets the peers that can be had (as root Debian's packages, too).",
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE",
        help=f"what to measure (all but {', '.join(BY_NAME)}): {', '.join(CASES)}",
    )  # fmt: skip
    parser.add_argument("--az", action="store_true", help="and az, where it is installed: half a second a turn")
    parser.add_argument("--rounds", type=int, default=300, help="how often (%(default)s)")
    parser.add_argument("--runs", type=int, default=1, help="how many runs in a row (%(default)s)")
    parser.add_argument(
        "--against", type=Path, metavar="WHEEL",
        help="measure an earlier build too; to make one: git archive COMMIT | tar -x -C DIR; python -m build -w DIR",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the distributions of the last run there")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", action="append", default=[],
        help="write the figures of the runs into the tables there (README.md, contrib/guides/speed.md)",
    )  # fmt: skip
    asked = parser.parse_args()
    asked.cases = [*(asked.cases or UNASKED), *(BY_NAME if asked.az else ())]
    for case in asked.cases:
        if case not in CASES:
            parser.error(f"there is no case {case}: choose from {', '.join(CASES)}")
    for page in asked.markdown:
        if not (page.is_file() and figures.tells(page.read_text(encoding="utf-8"))):
            parser.error(f"{page} has none of the rows that would be written into it")
    if min(asked.rounds, asked.runs) < 1:
        parser.error("--rounds and --runs take a number from 1 on")
    return asked


if __name__ == "__main__":
    sys.exit(main())
