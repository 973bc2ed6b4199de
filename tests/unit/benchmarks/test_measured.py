"""What the benchmarks make of the times they took."""

from __future__ import annotations

import json
import os
import time

import pytest

from benchmarks import report
from benchmarks.measured import Result, Row
from benchmarks.timing import from_processes, in_turns, processor_of

RESULT = Result(
    [Row("ours", "ms", [1.0, 3.0, 2.0], ("theirs", "nobody's")), Row("theirs", "ms", [4.0, 4.0, 6.0])],
    {"a third": "not installed"},
)


@pytest.mark.parametrize(
    ("values", "median", "p99"),
    [
        ([5.0], 5.0, 5.0),
        ([3.0, 1.0, 2.0], 2.0, 3.0),
        ([float(value) for value in range(1, 101)], 50.5, 99.0),
        ([float(value) for value in range(1, 1001)], 500.5, 990.0),
    ],
)
def test_the_figures_of_a_row(values: list[float], median: float, p99: float) -> None:
    row = Row("row", "ms", values)
    assert (row.median, row.p99) == (median, p99)


def test_ratios_are_told_of_the_peers_that_were_measured() -> None:
    assert RESULT.ratios(RESULT.rows[0]) == {"theirs": (0.5, 0.5)}
    assert RESULT.ratios(RESULT.rows[1]) == {}


def test_nothing_is_no_measure() -> None:
    result = Result([Row("ours", "requests", [1.0], ("theirs",)), Row("theirs", "requests", [0.0])])
    assert result.ratios(result.rows[0]) == {}


def test_the_table_names_who_is_absent() -> None:
    header, ours, theirs, absent, empty, machine = report.lines({"case": RESULT})
    assert header.split() == ["case", "median", "p99", "runs"]
    assert ours.split() == ["ours", "2.00", "3.00", "3", "ms", "0.50", "(p99", "0.50)", "of", "theirs"]
    assert theirs.split() == ["theirs", "4.00", "6.00", "3", "ms"]
    assert (absent, empty) == ("absent: a third: not installed", "")
    assert "cores" in machine


def test_the_document_says_the_same_to_programs() -> None:
    document = report.document([report.run({"case": RESULT})], 3)
    ours, theirs = document["runs"][0]["cases"]["case"]["rows"]
    assert (ours["median"], ours["p99"], ours["quantiles"][0], ours["runs"]) == (2.0, 3.0, 1.0, 3)
    assert ours["ratios"] == {"theirs": {"median": 0.5, "p99": 0.5}}
    assert theirs["ratios"] == {}
    assert document["runs"][0]["cases"]["case"]["absent"] == RESULT.absent
    assert json.loads(report.text(document)) == document
    assert [line[:9] for line in report.text(document).splitlines()[1:]] == ['{"name": '] * 2


def test_contestants_take_turns_however_they_are_shuffled() -> None:
    order: list[str] = []

    def contestant(name: str) -> list[float]:
        order.append(name)
        return [float(len(order)), 0.0]

    values = in_turns({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, 20)
    assert {name: len(taken) for name, taken in values.items()} == {"a": 40, "b": 40}
    assert all(set(order[turn : turn + 2]) == {"a", "b"} for turn in range(0, 40, 2))


def test_processes_at_the_same_time_report_what_they_measured() -> None:
    assert from_processes(3, lambda: [1.0, 2.0]) == [1.0, 2.0] * 3


def test_the_clock_of_a_process_is_that_it_has_itself() -> None:
    before = time.process_time() * 1000
    own = processor_of(os.getpid())
    assert before <= own <= time.process_time() * 1000


def test_a_process_that_fails_is_no_result() -> None:
    def fail() -> list[float]:
        raise SystemExit

    with pytest.raises(EOFError):
        from_processes(2, fail)


def test_quantiles_go_from_the_smallest_to_the_largest() -> None:
    quantiles = Row("row", "ms", [float(value) for value in range(101)]).quantiles
    assert quantiles == [float(value) for value in range(0, 101, 5)]
    assert Row("row", "ms", [2.0]).quantiles == [2.0] * 21
