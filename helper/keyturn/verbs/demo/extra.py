"""What the emulator needs beyond keyturn's own dependencies: the extra `demo`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.util import find_spec

from keyturn import shell
from keyturn.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def require() -> None:
    """Raise Refused, with the command that installs what is missing."""
    missing = [requirement for requirement in _requirements() if not _is_there(requirement)]
    if missing:
        names = " and ".join(_NAME.findall(requirement)[0] for requirement in missing)
        raise Refused(
            f"the demo needs {names}, not installed here",
            shell.install(_installer(), missing),
        )


def _requirements() -> Iterator[str]:
    """As pyproject.toml states them."""
    for line in requires("keyturn") or ():
        requirement, _, marker = line.partition(";")
        if re.search(r"""extra *== *["']demo["']""", marker):
            yield requirement.strip()


def _is_there(requirement: str) -> bool:
    try:
        distribution(_NAME.findall(requirement)[0])
    except PackageNotFoundError:
        return False
    return True


def _installer() -> list[str]:
    """The environments that uv makes have no pip of their own."""
    if find_spec("pip") is None:
        return ["uv", "pip", "install", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install"]
