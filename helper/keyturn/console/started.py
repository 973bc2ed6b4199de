"""What the native `keyturn` did before it started us: it says how it was called, and has hidden PYTHON variables."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CALLED_AS = "--called-as"
ASIDE = "KT_PY_"
"""In place of PYTHON in the names of variables: helper/native/environment.c."""


def words() -> Sequence[str]:
    """What a person or program typed behind `keyturn`; `sys.argv[0]` becomes the path it was called by.

    That is what keyturn's other programs are looked for beside, and a link that an installer keeps stable.
    """
    if sys.argv[1:2] == [CALLED_AS]:
        sys.argv[:] = sys.argv[2:]
    return sys.argv[1:]


def callers_environment() -> dict[str, str]:
    """Our environment as the caller's other programs may see it, with the names that were set aside."""
    return {_named(name): value for name, value in os.environ.items()}


def _named(name: str) -> str:
    return f"PYTHON{name.removeprefix(ASIDE)}" if name.startswith(ASIDE) else name
