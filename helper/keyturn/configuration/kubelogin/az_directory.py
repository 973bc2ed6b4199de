"""The directory in which az keeps its sign-ins: whether one that a caller names may be used, and when it changed.

AZURE_CONFIG_DIR may come from a stranger's kubeconfig, and az runs whatever extensions it finds there.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from keyturn import moves, shell
from keyturn.errors import Refused
from keyturn.home import home

EXTENSIONS = ("cliextensions", "azcliextensions")
"""Directories of programs that az loads by itself (azure.cli.core.extension)."""
CONFIG = "config"
PROFILE = "azureProfile.json"
"""Rewritten by `az login`, `az logout` and `az account set`."""
_SECTION = re.compile(rb"^\s*\[\s*extension", re.MULTILINE)


def own_directory(named: str) -> str | None:
    """`named`, None where it is az's default directory. Raises Refused for one that az must not be started with."""
    path = Path(named)
    if path == Path(home(), ".azure"):
        return None
    try:
        status = path.stat()
        ours = path.is_absolute() and stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
        if not ours or status.st_mode & 0o022:
            raise Refused(f"AZURE_CONFIG_DIR: {path} is not a directory of your own", shell.listing(str(path)))
        if any((path / name).exists() for name in EXTENSIONS) or _configures_extensions(path / CONFIG):
            raise Refused(
                f"AZURE_CONFIG_DIR: {path} has extensions of az, which are programs",
                moves.own_az(),
            )
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise Refused(f"AZURE_CONFIG_DIR: {path}: {reason}", shell.listing(str(path))) from None
    return str(path)


def stamp(directory: str | None) -> str:
    """What changes whenever somebody else has signed in with az there, or has chosen another subscription."""
    path = Path(directory or Path(home(), ".azure"), PROFILE)
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_ino} {status.st_mtime_ns} {status.st_size}"


def _configures_extensions(file: Path) -> bool:
    try:
        return _SECTION.search(file.read_bytes()) is not None
    except FileNotFoundError:
        return False
