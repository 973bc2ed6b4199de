"""A held token on standard output: `keyturn token` beside what others have for that."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.measured import Result, Row
from benchmarks.peers import azure_cli
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

NAME = "keyturn token"
WORDS = ("token", "ci", "--audience", "azure-devops")
SHARE = 10
"""One turn of az for so many of the other cases' runs: it takes half a second."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    """Beside oidc-agent."""
    found = _beside("token", stages, rounds)
    return Result(found.rows, {**found.absent, azure_cli.NAME: "it has a case of its own, where it is wanted: --az"})


def run_beside_az(stages: Sequence[Stage], rounds: int) -> Result:
    """Beside az, which is large and slow: where wanted."""
    return _beside("az", stages, max(1, rounds // SHARE))


def _beside(family: str, stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build has other words for it
    ours = Command([str(stage.programs / "keyturn"), *WORDS], stage.environment)
    ours.run()  # from here on the token is in memory
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        contestants = {NAME: ours.timed, **peers.found(stage, family, stack, absent)}
        times = in_turns(contestants, rounds)
    beside = tuple(peers.PEERS[family])
    return Result(
        [Row(name, "ms", values, beside if name == NAME else (), name == NAME) for name, values in times.items()],
        absent,
    )
