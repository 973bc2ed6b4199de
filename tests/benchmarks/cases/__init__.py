"""What can be measured, one module per case, by the name it has on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cases import (
    acquisition,
    cold_start,
    daemon_share,
    kubelogin,
    many_targets,
    memory,
    run_awx,
    sign_in,
    warm_answer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.measured import Result
    from benchmarks.stage import Stage

CASES: dict[str, Callable[[Sequence[Stage], int], Result]] = {
    "warm-answer": warm_answer.run,
    "daemon-share": daemon_share.run,
    "cold-start": cold_start.run,
    "memory": memory.run,
    "many-targets": many_targets.run,
    "acquisition": acquisition.run,
    "sign-in": sign_in.run,
    "kubelogin": kubelogin.run,
    "run-awx": run_awx.run,
}
"""Each takes the stages to compare, this build's first, and how often to run."""
