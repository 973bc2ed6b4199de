"""Functions of the C library that Python has no name for, called by what `ctypes` is made of.

ctypes itself, with a class for each type of C, would take 3 ms of every start and 200 KiB ever after.
"""

from __future__ import annotations

import _ctypes
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Byte(_ctypes._SimpleCData):  # type: ignore[type-arg] # noqa: SLF001 - the name that ctypes itself imports
    _type_ = "B"


class _Text(_ctypes._SimpleCData):  # type: ignore[type-arg] # noqa: SLF001 - see _Byte
    _type_ = "z"


def call(function: str, *arguments: int | bytes | Any) -> int:
    """What `function` returns, an int in C. Python's lock is free meanwhile: other threads go on.

    An argument is an int, sign-extended to its register, or a pointer: bytes, `room` or `texts`.
    """
    libraries = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type] # all that are loaded (dlopen(3))
    return int(_ctypes.call_function(_ctypes.dlsym(libraries, function), arguments))


def room(size: int) -> Any:
    """So many bytes, zeros, where C writes a structure; `bytes()` of it tells what it wrote."""
    return (_Byte * size)()


def texts(of: Sequence[str]) -> Any:
    """An array of pointers to strings, with a null pointer behind the last: what `argv` is."""
    return (_Text * (len(of) + 1))(*map(os.fsencode, of))
