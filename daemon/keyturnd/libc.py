"""Functions of the C library that Python has no name for, called by what `ctypes` is made of.

ctypes itself, with a class for each type of C, would take 3 ms of every start and 200 KiB ever after.
"""

from __future__ import annotations

import _ctypes
import os


def call(function: str, *arguments: int | bytes) -> int:
    """What `function` returns, an int in C. An argument is an int, sign-extended to its register, or a pointer."""
    libraries = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type] # all that are loaded (dlopen(3))
    return int(_ctypes.call_function(_ctypes.dlsym(libraries, function), arguments))
