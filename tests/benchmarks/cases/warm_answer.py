"""How long a caller waits for a token that is there: the whole process of the helper, native and twin.

git's is set beside git's own credential-cache, each answered from its daemon's memory, and beside `/bin/true`, which
is what starting any program costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import peers
from benchmarks.builds import THIS
from benchmarks.measured import Result, Row
from benchmarks.stage import OPERATIONS
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

TRUE = "/bin/true"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    commands: dict[str, Command] = {}
    compared: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        for name, command in _helpers(stage).items():
            command.run()  # from here on the token is in memory
            commands[stage.label(name)] = command
            earlier = tuple(other.label(name) for other in stages if other.build != THIS)
            compared[stage.label(name)] = (peers.CACHE, *(earlier if stage.build == THIS else ()))
    with peers.credential_cache(stages[0]) as cache:
        if cache is not None:
            commands[peers.CACHE] = cache
        commands[TRUE] = Command([TRUE], stages[0].environment)
        times = in_turns({name: command.timed for name, command in commands.items()}, rounds)
    rows = [Row(name, "ms", values, compared.get(name, ())) for name, values in times.items()]
    absent = {} if cache is not None else {peers.CACHE: "this git comes without it"}
    return Result(rows, absent | peers.UNMEASURED)


def _helpers(stage: Stage) -> dict[str, Command]:
    natives = {f"{family}, native": stage.native(family) for family in OPERATIONS}
    return natives | {f"{family}, twin": stage.twin(family) for family in OPERATIONS}
