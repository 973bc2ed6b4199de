"""A peer that is not on this machine."""

from __future__ import annotations

import shutil


class Absent(Exception):
    """It cannot be measured here; the text says why, for the results."""


def installed(program: str, source: str) -> str:
    """The path of `program`. Raises Absent where PATH has none; `source` is where it comes from."""
    found = shutil.which(program)
    if found is None:
        raise Absent(f"not installed ({source} has it)")
    return found
