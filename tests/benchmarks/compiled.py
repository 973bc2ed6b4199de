"""Programs in C that are part of what is measured, because Python would take longer than that."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from native.build_hook import compiler


@functools.cache
def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory that is gone with this process."""
    return tempfile.TemporaryDirectory(prefix="keyturn-benchmarks-")


@functools.cache
def compiled(source: Path) -> Path:
    """The program whose only source is `source`."""
    program = Path(scratch().name, source.stem)
    subprocess.run([*compiler(), "-O2", source, "-o", program], check=True)
    return program
