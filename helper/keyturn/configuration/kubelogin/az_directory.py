"""The directory in which az keeps its sign-ins: whether one that a caller names may be used, and when it changed.

AZURE_CONFIG_DIR may come from a stranger's kubeconfig, and az runs whatever extensions it finds there.
"""

from __future__ import annotations

import configparser
import os
import stat
from pathlib import Path

from keyturn import moves, shell
from keyturn.configuration.private_files import read_own
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import Refused, StateError
from keyturn.home import home

EXTENSIONS = ("cliextensions", "azcliextensions")
"""Directories of programs that az loads by itself (azure.cli.core.extension)."""
CONFIG = "config"
PROFILE = "azureProfile.json"
"""Rewritten by `az login`, `az logout` and `az account set`."""
SECTION = "extension"
"""In CONFIG: says where else az takes extensions from, and that it may install them unasked."""


def own_directory(named: str) -> str | None:
    """Where `named` is, None where that is az's default directory.

    A link is not handed on: whoever owns it could lead az elsewhere after this look at it.
    Raises Refused for a directory that az must not be started with.
    """
    path = Path(os.path.realpath(named) if os.path.isabs(named) else named)  # noqa: PTH117 - resolve() raises for loops
    if path == Path(os.path.realpath(Path(home(), ".azure"))):
        return None
    try:
        status = path.stat()
        ours = path.is_absolute() and stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
        if not ours or status.st_mode & 0o022:
            raise Refused(f"AZURE_CONFIG_DIR: {path} is not a directory of your own", shell.listing(str(path)))
        if any((path / name).exists() for name in EXTENSIONS) or _configures_extensions(path / CONFIG):
            raise Refused(
                f"AZURE_CONFIG_DIR: {path} has extensions of az, which are programs",
                moves.clients.own_az(),
            )
        if _holds_links(path):
            raise Refused(
                f"AZURE_CONFIG_DIR: {path} has symbolic links, behind which az would write", moves.clients.own_az()
            )
    except OSError as error:
        reason = (error.strerror or "").lower()
        if error.errno in PASSING:
            raise StateError(f"AZURE_CONFIG_DIR: {path}: {reason}", until_it_passes(error)) from None
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


def _holds_links(directory: Path) -> bool:
    """Whether az might write through one; it makes none. Its configuration, which people share so, it only reads."""
    with os.scandir(directory) as entries:
        return any(entry.is_symlink() for entry in entries if entry.name != CONFIG)


def _configures_extensions(file: Path) -> bool:
    """Read as az does it, whose parser ends lines at a CR, too; what it would not read counts as well.

    Raises ConfigError for what is no file: a FIFO would hold up everybody.
    """
    if not file.exists():
        return False
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        text = read_own(str(file), "the configuration of az").content.decode()
        parser.read_string(text.replace("\r\n", "\n").replace("\r", "\n"))
    except (configparser.Error, UnicodeDecodeError):
        return True
    return any(section.strip().startswith(SECTION) for section in parser.sections())
