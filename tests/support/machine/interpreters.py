"""Python processes for tests that need a real one: to be killed, limited, or run as somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
BECOME_ORDINARY = f"""
import os
from keyturnd.life import hardening
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
    hardening.prctl(hardening.PR_SET_DUMPABLE, 1)
"""
"""Root may look at everything: code in front of what would prove nothing as root. It comes after all imports, as
the interpreter may live where only root can read. Changing the uid ends dumpability, which an ordinary start has."""


@contextmanager
def python(code: str, *arguments: object, pass_fds: tuple[int, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """A Python that runs `code` with these `sys.argv[1:]`, its streams connected to us; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=pass_fds,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def output_of(code: str, *arguments: object, pass_fds: tuple[int, ...] = ()) -> str:
    """What such a Python prints; it must succeed, silently on stderr."""
    with python(code, *arguments, pass_fds=pass_fds) as process:
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    return output
