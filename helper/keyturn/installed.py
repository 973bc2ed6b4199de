"""Where the programs of this installation are."""

from __future__ import annotations

import os
import sys
import sysconfig

from keyturn.errors import Refused


def program(name: str) -> str:
    """The program `name` that was installed with this keyturn: beside the command as it was called, or where scripts go.

    The name it was called by comes before what that links to: pipx keeps it stable from version to version.

    Raises Refused where there is none.
    """
    called = os.path.abspath(sys.argv[0])  # noqa: PTH100 - must not follow links
    for directory in (os.path.dirname(called), os.path.dirname(os.path.realpath(called)), sysconfig.get_path("scripts")):  # noqa: PTH120
        path = os.path.join(directory, name)  # noqa: PTH118
        if os.access(path, os.X_OK) and os.path.isfile(path):  # noqa: PTH113
            return path
    raise Refused(f"{name} is not installed beside keyturn", "install keyturn again")
