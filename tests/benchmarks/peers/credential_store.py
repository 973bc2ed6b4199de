"""git's own store: passwords in a file that everybody who reads it can use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from benchmarks.peers.credential_cache import core_program
from benchmarks.timing import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "git credential-store get"


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """With the token that `stage` gives in it. Raises Absent where git comes without it."""
    file = stage.home / "git-credential-store"
    argv = [core_program("git-credential-store"), "--file", str(file)]
    answer = stage.native("git").run()
    Command([*argv, "store"], stage.environment, stage.git_request().rstrip() + b"\n" + answer).run()
    get = Command([*argv, "get"], stage.environment, stage.git_request())
    assert b"password=" in get.run()
    yield get.timed
