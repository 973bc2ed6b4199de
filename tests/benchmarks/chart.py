"""The results as a picture: how the values of each row lie, drawn from the JSON alone, each time the same bytes.

Each row is a line from its 5th to its 95th percentile, a box around its middle half, and a stroke at the median; its
scale, the case's own, is logarithmic.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH, NAMES, FIGURES = 860, 330, 90
"""Pixels: in all, for the names on the left, for the medians on the right."""
ROW, HEAD, MARGIN = 20, 30, 16
LEGEND = "line: 5 to 95 of a hundred; box: the middle half; stroke: the median; a logarithmic scale for each case"
OURS, OTHERS, TEXT = "#1a7f64", "#8a94a0", "#24292f"
SHOWN = ("warm-answer", "daemon-share", "cold-start")
"""The cases of the picture in README.md: all of them would be longer than it."""
QUANTILES = range(0, 101, 5)
"""Percent, as `Row.quantiles` gives them."""


def draw(document: dict[str, Any], cases: Sequence[str] = ()) -> str:
    """An SVG of the `cases` (those of SHOWN, or all where none of these is there) of the last run in `document`."""
    there = document["runs"][-1]["cases"]
    names = cases or [name for name in SHOWN if name in there] or there
    shown = {name: _alike(there[name]["rows"]) for name in names}
    height = 2 * MARGIN + HEAD + sum(HEAD + ROW * len(rows) for rows in shown.values())
    body: list[str] = []
    top = MARGIN
    for name, rows in shown.items():
        body += _case(name, rows, top)
        top += HEAD + ROW * len(rows)
    size = f'width="{WIDTH}" height="{height}"'
    style = f'font-family="sans-serif" font-size="12" fill="{TEXT}"'
    first = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {height}" {style}>'
    legend = f'<text x="{WIDTH - MARGIN}" y="{height - MARGIN}" text-anchor="end" fill="{OTHERS}">{LEGEND}</text>'
    return "\n".join([first, f'<rect {size} fill="#ffffff"/>', *body, legend, "</svg>\n"])


def _alike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the first one's unit: others have no place on its scale."""
    return [row for row in rows if row["unit"] == rows[0]["unit"]]


def _case(name: str, rows: list[dict[str, Any]], top: int) -> Iterator[str]:
    scale = _Scale([value for row in rows for value in row["quantiles"][1:-1]])
    unit = rows[0]["unit"]
    yield f'<text x="{MARGIN}" y="{top + 16}" font-weight="bold">{escape(name)}</text>'
    yield f'<text x="{WIDTH - MARGIN}" y="{top + 16}" text-anchor="end">median, {escape(unit)}</text>'
    for number, row in enumerate(rows):
        yield from _row(row, scale, top + HEAD + ROW * number)


def _row(row: dict[str, Any], scale: _Scale, top: int) -> Iterator[str]:
    at = {percent: scale.at(value) for percent, value in zip(QUANTILES, row["quantiles"], strict=True)}
    colour, middle = OURS if row["ours"] else OTHERS, top + ROW // 2
    yield f'<text x="{NAMES}" y="{middle + 4}" text-anchor="end">{escape(row["name"])}</text>'
    yield _line((at[5], middle), (at[95], middle), f'stroke="{colour}"')
    box = f'x="{at[25]:.1f}" y="{top + 4}" width="{max(1.0, at[75] - at[25]):.1f}" height="{ROW - 8}"'
    yield f'<rect {box} fill="{colour}" fill-opacity="0.5"/>'
    yield _line((at[50], top + 2), (at[50], top + ROW - 2), f'stroke="{colour}" stroke-width="2"')
    yield f'<text x="{WIDTH - MARGIN}" y="{middle + 4}" text-anchor="end">{row["median"]:.2f}</text>'


def _line(start: tuple[float, float], end: tuple[float, float], stroke: str) -> str:
    return f'<line x1="{start[0]:.1f}" y1="{start[1]}" x2="{end[0]:.1f}" y2="{end[1]}" {stroke}/>'


class _Scale:
    """From values to pixels, logarithmic."""

    def __init__(self, values: Sequence[float]) -> None:
        positive = [value for value in values if value > 0] or [1.0]
        self._lowest, self._highest = min(positive), max(positive)

    def at(self, value: float) -> float:
        left, right = NAMES + MARGIN, WIDTH - FIGURES
        span = math.log(self._highest / self._lowest)
        part = math.log(max(value, self._lowest) / self._lowest) / span if span else 0.5
        return left + min(part, 1.0) * (right - left)


if __name__ == "__main__":
    source, target, *names = sys.argv[1:]
    Path(target).write_text(draw(json.loads(Path(source).read_text(encoding="utf-8")), names), encoding="utf-8")
