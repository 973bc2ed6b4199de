"""Whether the programs are where git and docker look for them, and are those of this installation."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from keyturn import shell
from keyturn.errors import Refused
from keyturn.reach.installed import program
from keyturn.verbs.doctor.finding import Finding, failed, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = ("keyturn", "git-credential-keyturn", "docker-credential-keyturn")
SCRIPT = b"#!"


def look() -> Iterator[Finding]:
    """One finding a program, and one about how the helper was built."""
    for name in PROGRAMS:
        yield _on_path(name)
    yield from _built()


def _on_path(name: str) -> Finding:
    try:
        ours = Path(program(name))
    except Refused as error:
        return failed(error)
    found = shutil.which(name)
    if found is None:
        return Finding("error", f"{name} is not on PATH", shell.on_path(str(ours.parent)))
    if not ours.samefile(found):
        return Finding("warning", f"PATH leads to {found}, not to {ours}", shell.where_is(name))
    others = [path for path in _all_on_path(name) if not ours.samefile(path)]
    if others:
        return Finding("warning", f"{name} is {found}; behind it, PATH has {others[0]}, too", shell.where_is(name))
    return ok(f"{name} is {found}")


def _all_on_path(name: str) -> list[str]:
    """Two versions of keyturn get in each other's way as soon as PATH changes."""
    directories = dict.fromkeys(os.environ.get("PATH", "").split(os.pathsep))
    return [found for directory in directories if directory and (found := shutil.which(name, path=directory))]


def _built() -> Iterator[Finding]:
    try:
        with Path(program("git-credential-keyturn")).open("rb") as file:
            is_script = file.read(len(SCRIPT)) == SCRIPT
    except (Refused, OSError):
        return
    if is_script:
        yield Finding(
            "warning", "the helpers are scripts, which start slower: no C compiler worked at the installation"
        )
    else:
        yield ok("the helpers are native programs")
