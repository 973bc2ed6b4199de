"""What the programs of a scene ask docker's helper, in their order."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.needs import need
from support.scenes.registry import HELPER

if TYPE_CHECKING:
    from support.machine.machine import Machine

SCRIPT = """#!/bin/sh
body=$({cat})
if [ "$1" = store ]; then echo store; else echo "$1 $body"; fi >>{log}
printf %s "$body" | {helper} "$@"
"""


class Asked:
    """Stands on the PATH of `machine` in front of the helper, and writes down each call before it hands it on."""

    def __init__(self, machine: Machine) -> None:
        directory = machine.home / "asked"
        directory.mkdir()
        self._log = directory / "log"
        helper = shutil.which(HELPER, path=machine.environment["PATH"])
        script = directory / HELPER
        script.write_text(SCRIPT.format(cat=need("cat"), log=self._log, helper=helper))
        script.chmod(0o755)
        machine.environment["PATH"] = f"{directory}:{machine.environment['PATH']}"

    def since(self) -> list[str]:
        """Operation and server of each call since this was last asked."""
        calls = self._log.read_text().splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return calls
