"""The figures of the results as the pages tell them."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import report
from benchmarks.figures import FIGURES, Figure, rewritten, tells
from benchmarks.measured import Result, Row
from support import places

if TYPE_CHECKING:
    from pathlib import Path

RATIO = Figure("ours", "theirs", "case", "ours", "theirs", "p99", "0.5")
README, GUIDE = places.REPOSITORY / "README.md", places.REPOSITORY / "contrib/guides/speed.md"


def document(*runs: list[Row]) -> dict[str, Any]:
    return report.document([report.run({"case": Result(rows)}) for rows in runs], 1)


def rows(ours: float) -> list[Row]:
    return [Row("ours", "ms", [ours], ("theirs (earlier)",)), Row("theirs (earlier)", "ms", [10.0])]


def test_each_run_gives_a_figure() -> None:
    assert RATIO.line(document(rows(1.0), rows(5.0))) == "| ours | theirs | 0.10, 0.50 | 0.5 |"


def test_a_target_that_a_run_missed_is_said_to_be_missed() -> None:
    missed = RATIO.line(document(rows(1.0), rows(5.1), rows(6.0)))
    assert missed == "| ours | theirs | 0.10, 0.51, 0.60 | 0.5 (missed in 2 of 3) |"


def test_without_a_peer_the_value_itself_is_told() -> None:
    alone = Figure("memory, MiB", "", "case", "ours", target="14")
    assert alone.line(document(rows(13.96))) == "| memory, MiB |  | 14.0 | 14 |"


@pytest.mark.parametrize(
    "lacking", [document(), document([]), document(rows(1.0)[:1]), report.document([report.run({})], 1)]
)
def test_what_was_not_measured_is_said(lacking: dict[str, Any]) -> None:
    assert RATIO.line(lacking) == "| ours | theirs | not measured | 0.5 |"


def test_rows_are_written_where_they_stand_and_nothing_else_changes() -> None:
    known = FIGURES[0]
    page = f"# Title\n\n{known.start} 9.99 | 0.25 |\n| another row | | 1 | |\n"
    assert rewritten(page, report.document([], 1)) == page.replace("9.99", "not measured")


def test_the_pages_say_on_what_it_was_measured() -> None:
    page = f"{FIGURES[0].start} 1 | |\n| measured on | | | |\n"
    said = rewritten(page, report.document([report.run({}), report.run({})], 7)).splitlines()[1]
    assert said.startswith(f"| measured on | {os.cpu_count()} processors")
    assert re.search(r"priority \S+.*, 7 rounds, load in the end [0-9.]+, [0-9.]+ \|", said)


def test_a_page_is_known_by_its_rows() -> None:
    assert tells(f"# Title\n\n{FIGURES[0].start} 1 | |\n")
    assert not tells("# Another page\n\n| what | beside |\n")


@pytest.mark.parametrize("page", [README, GUIDE], ids=lambda page: page.name)
def test_the_pages_say_what_the_results_say(page: Path) -> None:
    results = json.loads((places.REPOSITORY / "contrib/guides/speed/results.json").read_text())
    assert rewritten(page.read_text("utf-8"), results) == page.read_text("utf-8")


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.what)
def test_every_figure_is_in_the_guide_and_those_with_a_target_in_the_readme(figure: Figure) -> None:
    pages = [GUIDE, README] if figure.target else [GUIDE]
    assert [page.name for page in pages if f"\n{figure.start}" not in page.read_text("utf-8")] == []
