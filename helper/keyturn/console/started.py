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
LOCALE, COERCED = "LC_CTYPE", ("C.UTF-8", "C.utf8", "UTF-8")


def words() -> Sequence[str]:
    """What a person or program typed behind `keyturn`; `sys.argv[0]` becomes the path it was called by.

    That is what keyturn's other programs are looked for beside, and a link that an installer keeps stable.
    """
    if sys.argv[1:2] == [CALLED_AS]:
        sys.argv[:] = sys.argv[2:]
    return sys.argv[1:]


def callers_environment() -> dict[str, str]:
    """Our environment as the caller's other programs may see it, with the names that were set aside.

    Without the LC_CTYPE that Python puts there where the locale is C (PEP 538): to them it would be the caller's.
    """
    found: dict[str, str | None] = {_named(name): value for name, value in os.environ.items()}
    if found.get(LOCALE) in COERCED:
        found |= {LOCALE: _at_start(LOCALE, os.environ[LOCALE])}
    return {name: value for name, value in found.items() if value is not None}


def _at_start(name: str, now: str) -> str | None:
    """What it was when we were started; `now` where the system does not tell."""
    try:
        with open("/proc/self/environ", "rb") as file:  # noqa: PTH123 - pathlib is an import that `run` does not pay
            lines = os.fsdecode(file.read()).split("\0")
    except OSError:
        return now
    return next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), None)


def _named(name: str) -> str:
    return f"PYTHON{name.removeprefix(ASIDE)}" if name.startswith(ASIDE) else name
