"""The native `keyturn` of a machine, beside a Python program that notes when it is started."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from support.helper.programs import ENTRY
from support.machine.machine import PROGRAMS

if TYPE_CHECKING:
    from subprocess import CompletedProcess
    from typing import Any

    from support.machine.machine import Machine

NOTING = '#!/bin/sh\necho started >>{log}\nexec {entry} "$@"\n'


class Typed:
    """What a person or a script of `machine` types; afterwards `took_python` tells how.

    log: a file that Python's start makes.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        directory = machine.home / "typed"
        directory.mkdir()
        self.program = directory / "keyturn"
        shutil.copy(PROGRAMS / "keyturn", self.program)
        self.log = directory / "log"
        entry = directory / ENTRY
        paths = {"log": shlex.quote(str(self.log)), "entry": shlex.quote(str(PROGRAMS / ENTRY))}
        entry.write_text(NOTING.format(**paths), encoding="utf-8")
        entry.chmod(0o755)

    def took_python(self) -> bool:
        """Whether Python was started the last time."""
        return self.log.exists()

    def run(self, *words: str, **options: Any) -> CompletedProcess[str]:
        """`keyturn WORDS` to its end; options: those of Machine.run."""
        return self.through((), *words, **options)

    def through(self, command: tuple[str, ...], *words: str, **options: Any) -> CompletedProcess[str]:
        """The same, started by another command, whose last words it becomes."""
        self.log.unlink(missing_ok=True)
        return self.machine.run(*command, str(self.program), *words, **options)

    def in_python(self, *words: str, **options: Any) -> CompletedProcess[str]:
        """The same words to the Python program."""
        return self.machine.run(ENTRY, *words, **options)
