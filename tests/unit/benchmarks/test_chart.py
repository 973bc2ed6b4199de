"""The picture that is drawn of the benchmarks' results."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import chart, report
from benchmarks.measured import Result, Row
from support import places

SVG = "{http://www.w3.org/2000/svg}"


def document(**cases: list[Row]) -> dict[str, Any]:
    return report.document([report.run({case: Result(rows) for case, rows in cases.items()})], 1)


def elements(drawn: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(drawn).iter(f"{SVG}{tag}"))  # noqa: S314 - our own


def strokes(drawn: str) -> list[tuple[float, str | None]]:
    """Where the medians stand, and in which colour."""
    lines = [line for line in elements(drawn, "line") if line.get("stroke-width") == "2"]
    return [(float(line.attrib["x1"]), line.get("stroke")) for line in lines]


def test_a_row_lies_where_its_values_are_on_a_logarithmic_scale() -> None:
    rows = [Row("a", "ms", [1.0]), Row("b", "ms", [10.0], ours=True), Row("c", "ms", [100.0])]
    (a, other), (b, ours), (c, _) = strokes(chart.draw(document(case=rows)))
    assert b - a == pytest.approx(c - b, abs=0.11)
    assert (ours, other) == (chart.OURS, chart.OTHERS)


def test_the_same_results_are_the_same_picture_and_names_are_text() -> None:
    found = document(case=[Row("<a> & b", "ms", [2.0, 1.0])])
    assert chart.draw(found) == chart.draw(found)
    assert "<a> & b" in {text.text for text in elements(chart.draw(found), "text")}


def test_only_the_cases_asked_for_are_drawn() -> None:
    found = document(one=[Row("a", "ms", [1.0])], two=[Row("b", "ms", [0.0])])
    texts = {text.text for text in elements(chart.draw(found, ["two"]), "text")}
    assert "b" in texts
    assert "a" not in texts


def test_what_is_drawn_unasked_is_what_the_pages_show_and_else_all_there_is() -> None:
    rows = [Row("a", "ms", [1.0])]
    drawn = chart.draw(document(memory=rows, **{"cold-start": rows}))
    texts = {text.text for text in elements(drawn, "text")}
    assert "cold-start" in texts
    assert "memory" not in texts
    assert "memory" in {text.text for text in elements(chart.draw(document(memory=rows)), "text")}


def test_rows_of_another_unit_are_left_out() -> None:
    rows = [Row("a", "ms", [1.0]), Row("b", "answers a second", [7000.0])]
    texts = {text.text for text in elements(chart.draw(document(case=rows)), "text")}
    assert "a" in texts
    assert "b" not in texts


def test_of_several_runs_the_last_is_drawn() -> None:
    runs = [report.run({"case": Result([Row(name, "ms", [1.0])])}) for name in ("first", "last")]
    texts = {text.text for text in elements(chart.draw(report.document(runs, 1)), "text")}
    assert "last" in texts
    assert "first" not in texts


def test_the_picture_in_the_guide_is_that_of_its_results() -> None:
    results = places.REPOSITORY / "contrib/guides/speed/results.json"
    assert results.with_suffix(".svg").read_text() == chart.draw(json.loads(results.read_text()))
