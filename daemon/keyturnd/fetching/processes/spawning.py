"""Starts a program as posix_spawn(3) does, while Python's lock is free: the loop goes on answering.

Whoever starts a program waits until it has begun to run (vfork(2)), in Python's own functions with the lock held.
The kernel then often wakes the one that waited on the processor of the new program, which computes, and has it wait
there for the next tick of the clock: 2 to 5 ms in half of all starts. Here a thread does that waiting.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from keyturnd import libc
from keyturnd.fetching.processes.giving_way import give_way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

ROOM = 512
"""Bytes, more than any C library's posix_spawn_file_actions_t (80) and posix_spawnattr_t (336) take."""
NUMBER_SIZE = 4
"""Bytes of a pid_t."""
SET_SESSION, SET_MASK = 0x80, 0x08
"""POSIX_SPAWN_SETSID (POSIX.1-2024) and POSIX_SPAWN_SETSIGMASK, with the values that glibc and musl give them."""
NO_SIGNALS = bytes(128)
"""A sigset_t."""


class Spawned(msgspec.Struct, frozen=True, gc=False):
    """A process, and the descriptor by which the kernel tells that it has ended (pidfd_open(2))."""

    pid: int
    descriptor: int


def spawn(command: Sequence[str], streams: Sequence[int], processors: AbstractSet[int]) -> Spawned:
    """Start `command` with `streams` as its standard ones. For a thread that outlives it, or it would not.

    It begins in a session of its own, without an environment, no signal blocked, no others of our descriptors.
    A thread that ends takes along whoever asked to die with its parent (PR_SET_PDEATHSIG, prctl(2)). Raises OSError.
    """
    pid = _spawned(command, streams)
    give_way(pid, processors)
    try:
        return Spawned(pid, os.pidfd_open(pid))
    except OSError:
        os.kill(pid, signal.SIGKILL)  # nobody would learn of its end
        os.waitpid(pid, 0)
        raise


def _spawned(command: Sequence[str], streams: Sequence[int]) -> int:
    number = libc.room(NUMBER_SIZE)
    with _made("posix_spawn_file_actions") as actions, _made("posix_spawnattr") as attributes:
        for place, stream in enumerate(streams):
            _succeed("posix_spawn_file_actions_adddup2", actions, stream, place)
        _close_from(len(streams), actions)
        _succeed("posix_spawnattr_setflags", attributes, SET_SESSION | SET_MASK)
        _succeed("posix_spawnattr_setsigmask", attributes, NO_SIGNALS)
        program, words, variables = os.fsencode(command[0]), libc.texts(command), libc.texts(())
        _succeed("posix_spawn", number, program, actions, attributes, words, variables)
    return int.from_bytes(bytes(number), sys.byteorder)


def _close_from(first: int, actions: Any) -> None:
    """Have descriptors closed before the program is looked for, where the C library can (glibc 2.34).

    Python has them closed by its start (PEP 446): too late where that hangs. What is left of a daemon that has ended
    meanwhile would hold the state's lock and the socket, and the next daemon could not begin.
    """
    with suppress(OSError):  # there is no such function
        _succeed("posix_spawn_file_actions_addclosefrom_np", actions, first)


@contextmanager
def _made(kind: str) -> Iterator[Any]:
    """A structure of this kind, which may hold memory of the C library's."""
    structure = libc.room(ROOM)
    _succeed(f"{kind}_init", structure)
    try:
        yield structure
    finally:
        _succeed(f"{kind}_destroy", structure)


def _succeed(function: str, *arguments: int | bytes | Any) -> None:
    """These functions return what others leave in `errno`."""
    number = libc.call(function, *arguments)
    if number != 0:
        raise OSError(number, os.strerror(number))
