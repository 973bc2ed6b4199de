"""How long a caller waits for a token that is there: the whole process of the helper, native and twin.

Each family's helpers are set beside the peers of that family, which answer with the same token, and all beside
`/bin/true`, which is what starting any program with a C library costs. The helper answered by a server in C that does
nothing else shows how much of it all is the helper's, and starting it: no daemon could make it less.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.measured import Result, Row
from benchmarks.peers import instant
from benchmarks.stage import OPERATIONS
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

TRUE = "/bin/true"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    absent: dict[str, str] = {}
    contestants: dict[str, Contestant] = {}
    compared: dict[str, tuple[str, ...]] = {}
    with ExitStack() as stack:
        for stage in stages:
            for name, command in stage.helpers().items():
                command.run()  # from here on the token is in memory
                contestants[stage.label(name)] = command.timed
                compared[stage.label(name)] = _beside(stages, stage, name)
        for family in OPERATIONS:
            contestants |= peers.found(stages[0], family, stack, absent)
        contestants[instant.NAME] = stack.enter_context(instant.ready(stages[0]))
        compared[instant.NAME] = tuple(peers.PEERS["git"])
        contestants[TRUE] = Command([TRUE], stages[0].environment).timed
        times = in_turns(contestants, rounds)
    ours = stages[0].helpers()
    return Result(
        [Row(name, "ms", values, compared.get(name, ()), name in ours) for name, values in times.items()], absent
    )


def _beside(stages: Sequence[Stage], stage: Stage, name: str) -> tuple[str, ...]:
    """With what the row `name` of `stage` is compared."""
    return (*peers.PEERS[name.partition(",")[0]], TRUE, *stage.earlier(stages, name))
