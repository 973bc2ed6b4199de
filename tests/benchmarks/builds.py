"""The installations of keyturn that are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from support.installation import packages
from support.machine.machine import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path


class Build(NamedTuple):
    """An installation: what it is called in the results, and where its programs are."""

    name: str
    programs: Path


THIS = Build("this build", PROGRAMS)


def from_wheel(wheel: Path, directory: Path) -> Build:
    """An earlier build, in a virtual environment below `directory` that borrows its dependencies from this one."""
    return Build(wheel.stem.split("-py3-")[0], packages.in_venv(directory, wheel.resolve()).programs)
