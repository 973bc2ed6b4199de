"""The gits that the scenarios run: the installed one, and a newer one, which can ask twice in one command."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from support.needs import absent

if TYPE_CHECKING:
    from support.machine.machine import Machine

NEWER = "KEYTURN_NEWER_GIT"
"""The directory that contrib/newer-git.sh filled."""

_CALL = re.compile(r"run_command: .*git-credential-keyturn(?: --?[^ ]+)* (get|store|erase)'?$", re.MULTILINE)


def newer(program: str = "git") -> str:
    """A program of the newer git; the test is skipped, or in CI failed, without it."""
    directory = os.environ.get(NEWER)
    if directory is None:
        absent(f"{NEWER} names no directory that contrib/newer-git.sh filled")
    return str(Path(directory, "bin", program))


class Calls:
    """The helper calls of every git started on `machine` from now on, as git's own trace has them."""

    def __init__(self, machine: Machine) -> None:
        self._trace = machine.home / "git-trace"
        machine.environment["GIT_TRACE"] = str(self._trace)

    def taken(self) -> list[str]:
        """The operations since the last look, in order."""
        made = _CALL.findall(self._trace.read_text(encoding="utf-8", errors="replace"))
        self._trace.write_bytes(b"")
        return made
