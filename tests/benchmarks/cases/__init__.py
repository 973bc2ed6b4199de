"""What can be measured, one module per case, by the name it has on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases import (
    acquisition,
    burdened,
    cold_start,
    command_line,
    crowd,
    end_to_end,
    kubelogin,
    run_awx,
    sign_in,
    token,
    warm_answer,
)
from benchmarks.cases.daemon import load, many_records, many_targets, memory, share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.measured import Result
    from benchmarks.stage import Stage

CASES: dict[str, Callable[[Sequence[Stage], int], Result]] = {
    "warm-answer": warm_answer.run,
    "burdened": burdened.run,
    "token": token.run,
    "daemon-share": share.run,
    "load": load.run,
    "cold-start": cold_start.run,
    "crowd": crowd.run,
    "end-to-end": end_to_end.run,
    "memory": memory.run,
    "many-records": many_records.run,
    "many-targets": many_targets.run,
    "acquisition": acquisition.run,
    "sign-in": sign_in.run,
    "kubelogin": kubelogin.run,
    "run-awx": run_awx.run,
    "command-line": command_line.run,
    "az": token.run_beside_az,
}
"""Each takes the stages to compare, this build's first, and how often to run."""
BY_NAME = ("az",)
"""Cases that are measured only where they are named."""
