"""git's own cache: a daemon in C that keeps passwords in memory, and a program that asks it."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.absence import Absent
from benchmarks.timing import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "git credential-cache get"


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """With the token that `stage` gives in it. Raises Absent where git comes without it."""
    program = core_program("git-credential-cache")
    get = Command([program, "get"], stage.environment | {"XDG_CACHE_HOME": str(stage.home)}, stage.git_request())
    answer = stage.native("git").run()
    Command([program, "--timeout=3600", "store"], get.environment, get.stdin.rstrip() + b"\n" + answer).run()
    assert b"password=" in get.run()
    try:
        yield get.timed
    finally:
        Command([program, "exit"], get.environment).run()


def core_program(name: str) -> str:
    """The path of one of git's own programs, which is how git starts it. Raises Absent."""
    where = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    program = Path(where, name)
    if not program.exists():
        raise Absent("this git comes without it")
    return str(program)
