"""Where the programs of this installation are."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from keyturn import moves
from keyturn.errors import Refused


def program(name: str) -> str:
    """The program `name` of this installation: beside the command as it was called, or where scripts go.

    The name it was called by comes before what that links to: pipx keeps it stable from version to version.

    Raises Refused where there is none.
    """
    called = Path(sys.argv[0]).absolute()
    for directory in (called.parent, called.resolve().parent, Path(sysconfig.get_path("scripts"))):
        path = directory / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise Refused(f"{name} is not installed beside keyturn", moves.waiting.reinstall())
