"""The installations of keyturn that are compared."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from support import places
from support.installation import packages
from support.machine.machine import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path


class Build(NamedTuple):
    """An installation: what it is called in the results, and where its programs are."""

    name: str
    programs: Path


THIS = Build("this build", PROGRAMS)


def both(wheel: Path, directory: Path) -> list[Build]:
    """This build and the earlier one in `wheel`, both installed from a wheel, in virtual environments that are alike.

    They borrow their dependencies from this one, where this build may stand in the source tree: that starts slower.
    What the earlier one needs beyond them is fetched.
    """
    ours = packages.build(places.REPOSITORY, directory / "wheel", "--wheel")
    earlier = _installed(wheel, directory / "earlier")
    pip = [sys.executable, "-m", "pip", "--python", str(earlier.python), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", str(wheel.resolve())], check=True)
    return [
        Build(THIS.name, _installed(ours, directory / "this").programs),
        Build(f"earlier {wheel.stem.split('-py3-')[0]}", earlier.programs),
    ]


def _installed(wheel: Path, directory: Path) -> packages.Installation:
    directory.mkdir()
    return packages.in_venv(directory, wheel.resolve())
