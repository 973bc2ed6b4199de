"""What the process does to itself before it holds a secret, and what it then can still tell about itself.

A process that is not dumpable cannot be traced or read through /proc/PID/mem and /proc/PID/environ by the same user,
nor leave a core file. Linux then gives its /proc entries to root, but a process may go on reading its own `fd`,
`status` and `smaps_rollup` (proc(5); proc_fd_permission and ptrace_may_access let the same thread group pass), so
`memory` and `descriptors` need nothing opened beforehand; nobody else but root can look.
"""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import DaemonUnavailable
from keyturnd import libc

if TYPE_CHECKING:
    from collections.abc import Iterable

PR_SET_DUMPABLE = 4
STANDARD_STREAMS = frozenset({0, 1, 2})
OWN_DESCRIPTORS = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
MOST_DESCRIPTORS = 1 << 16
"""More than everything together needs; a limit of a thousand million, as containers have, only costs memory."""
LEAST_DESCRIPTORS = 48
"""A daemon at rest has a dozen open, and an acquisition takes 24 beside: with fewer no token ever comes, and with a
dozen nobody is answered, nor told why."""
RESERVED = 144
"""Descriptors that connections leave to others, below the usual limit of 1024: acquisitions take three each."""
MEMORY_FIELDS = {"Pss": "pss", "Rss": "rss", "Private_Dirty": "private_dirty", "Swap": "swap"}


def harden() -> None:
    """Not dumpable (Linux), no core files, umask 077. Raises DaemonUnavailable if the system forbids it.

    Not inherited over exec as far as dumpable is concerned: to be called again in a re-executed daemon.
    """
    os.umask(0o077)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        raise DaemonUnavailable(f"core files cannot be switched off: {error}") from error
    if sys.platform == "linux" and prctl(PR_SET_DUMPABLE, 0) != 0:
        raise DaemonUnavailable("the daemon cannot hide its memory: prctl(2) is refused")


def raise_descriptor_limit() -> None:
    """Let this process open as many descriptors as its hard limit allows.

    It serves all shells, and must not live with the soft limit of the one that happened to start it. Raises
    DaemonUnavailable where the hard one leaves too few.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < LEAST_DESCRIPTORS:
        sentence = f"no more than {allowed} files may be open at once here, and the daemon takes {LEAST_DESCRIPTORS}"
        raise DaemonUnavailable(sentence, moves.machines.descriptors())


def connection_limit(most: int) -> int:
    """How many connections may be open at once, at most `most`: vault and acquisitions keep their descriptors."""
    return max(1, min(most, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - RESERVED))


def prctl(option: int, value: int) -> int:
    """The system call; its unused arguments are passed as zeros, full width, as the kernel insists on (prctl(2))."""
    return libc.call("prctl", option, value, 0, 0, 0)


def close_descriptors(keep: Iterable[int]) -> None:
    """Close every descriptor but the standard streams and `keep`: an inherited pipe would hang git.

    To be called before anything (event loop, lock, random device) has opened descriptors of its own.
    """
    kept = STANDARD_STREAMS.union(keep)
    for descriptor in open_descriptors() - kept:
        with suppress(OSError):  # the one that the listing itself used is closed already
            os.close(descriptor)


def descriptors() -> int:
    """How many descriptors this process has open."""
    return len(open_descriptors()) - 1


def open_descriptors() -> set[int]:
    """This process's descriptors, the one used for listing them included."""
    return {int(entry.name) for entry in OWN_DESCRIPTORS.iterdir()}


def memory() -> dict[str, int]:
    """This process's memory in KiB: pss, rss, private_dirty, swap, peak (of rss); only peak if /proc doesn't tell."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = {"peak": peak if sys.platform == "linux" else peak // 1024}
    with suppress(OSError):
        for line in Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]:
            name, _, value = line.partition(":")
            if (key := MEMORY_FIELDS.get(name)) is not None:
                figures[key] = int(value.split()[0])
    return figures
