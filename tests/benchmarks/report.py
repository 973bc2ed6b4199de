"""The results as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.measured import Result, Row


def lines(results: Mapping[str, Result]) -> Iterator[str]:
    """The table, a block for each case."""
    for case, result in results.items():
        width = max(len(row.name) for row in result.rows)
        yield f"{case:{width}} {'median':>10} {'p99':>10} {'runs':>6}"
        for row in result.rows:
            figures = f"{row.median:10.2f} {row.p99:10.2f} {len(row.values):6} {row.unit}"
            yield f"{row.name:{width}} {figures}{_beside(result, row)}"
        for name, why in result.absent.items():
            yield f"absent: {name}: {why}"
        yield ""
    yield f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; only the ratios mean something on another machine"


def _beside(result: Result, row: Row) -> str:
    ratios = result.ratios(row).items()
    return "".join(f"  {medians:.2f} (p99 {p99:.2f}) of {peer}" for peer, (medians, p99) in ratios)


def document(runs: Sequence[Mapping[str, Any]], rounds: int) -> dict[str, Any]:
    """The same of each run as `run` gives it, with the ratios of the p99 and what it was measured on."""
    machine = {
        "cores": os.cpu_count(), "kernel": platform.release(),
        "architecture": platform.machine(), "python": platform.python_version(), "priority": _priority(),
    }  # fmt: skip
    return {"machine": machine, "rounds": rounds, "runs": list(runs)}


def run(results: Mapping[str, Result]) -> dict[str, Any]:
    """What one run found, and the load of the machine at its end."""
    return {"load": os.getloadavg()[0], "cases": {case: _case(result) for case, result in results.items()}}


def text(document: Mapping[str, Any]) -> str:
    """`document` as JSON, a line for each row: three runs are some hundred rows."""
    return json.dumps(document).replace('{"name": ', '\n{"name": ') + "\n"


def _priority() -> str:
    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        return "real-time"
    return f"nice {os.nice(0)}"


def _case(result: Result) -> dict[str, Any]:
    return {"rows": _rows(result), "absent": result.absent}


def _rows(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name, "unit": row.unit, "runs": len(row.values),
            "ours": row.ours, "median": _short(row.median), "p99": _short(row.p99),
            "quantiles": [_short(value) for value in row.quantiles],
            "ratios": {
                peer: {"median": _short(medians), "p99": _short(p99)}
                for peer, (medians, p99) in result.ratios(row).items()
            },
        }
        for row in result.rows
    ]  # fmt: skip


def _short(value: float) -> float:
    """To four digits: the fifth was never the same in two runs."""
    return float(f"{value:.4g}")
