"""A file of variables for `ansible-playbook -e @FILE`: there for as long as the command runs, and then gone.

The command takes keyturn's place, so somebody else has to remove the file: a process that does nothing but wait for
the command's end. It is nobody's child, because a command that waits for all its children would wait for it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import select
import time
from contextlib import suppress

from keyturn.reach.launch import locked
from keyturn.reach.spawn import own_descriptors
from keyturn.verbs.run.runtime import runtime_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

_OURS = re.compile(r"vars-([0-9]+)-[0-9a-f]{8}\.json")
LOOK = 1.0
"""Seconds between two looks where the system has no descriptor of a process (Linux has, since 5.3)."""


def written(token: Mapping[str, Any]) -> str:
    """The path of a file with the variables of `token`, which is gone when this process ends, whatever it becomes.

    Raises StateError.
    """
    name = f"vars-{os.getpid()}-{os.urandom(4).hex()}.json"
    with runtime_directory() as (where, directory):
        _sweep(directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, 0o600, dir_fd=directory), "w", encoding="utf-8") as file:
            try:
                _take(file.fileno())
                _appoint_remover(directory, name, file.fileno())
            except BaseException:
                os.unlink(name, dir_fd=directory)
                raise
            json.dump(variables(token), file)
    return f"{where}/{name}"


def variables(token: Mapping[str, Any]) -> dict[str, str]:
    """The names that collections and the roles around them give host and token."""
    if token["provider"] != "awx":
        return {"keyturn_token": token["access_token"]}
    hosts = ("controller_host", "controller_hostname", "aap_hostname")
    tokens = ("controller_oauthtoken", "aap_token")
    return dict.fromkeys(hosts, token["url"]) | dict.fromkeys(tokens, token["access_token"])


def _sweep(directory: int) -> None:
    """Remove what is left of commands whose remover was killed before them."""
    for name in os.listdir(directory):
        found = _OURS.fullmatch(name)
        if found is not None and not _lives(int(found[1])):
            with suppress(OSError):
                _remove_unwatched(name, directory)


def _remove_unwatched(name: str, directory: int) -> None:
    """A container that shares the directory sees none of our processes, nor we of its own: the lock both do."""
    file = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    try:
        if _take(file):
            os.unlink(name, dir_fd=directory)
    finally:
        os.close(file)


def _take(file: int) -> bool:
    """Have the lock on `file`, which NFS gives to a writer, until it is closed here and by who is forked.

    False: somebody else has it.
    """
    try:
        return locked(file, 0.0)
    except OSError:
        return True  # there are none on this file system


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _appoint_remover(directory: int, name: str, file: int) -> None:
    """Return once somebody watches us, who will unlink `name` when we are gone, and holds `file` until then.

    Raises OSError where nobody does: the file would stay, with its token.
    """
    watched, ready, told = os.getpid(), *os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                _let_go({directory, file, told})
                _remove_after(watched, directory, name, told)
        finally:
            os._exit(0)
    os.close(told)
    with suppress(ChildProcessError):  # whoever started us ignores SIGCHLD: nothing to reap
        os.waitpid(child, 0)
    appointed = os.read(ready, 1)
    os.close(ready)
    if not appointed:
        raise OSError(errno.EAGAIN, "no process could be started to remove the file")


def _remove_after(watched: int, directory: int, name: str, told: int) -> NoReturn:
    try:
        ending = _descriptor_of(watched)
        os.write(told, b".")
        os.close(told)
        _wait(watched, ending)
        os.unlink(name, dir_fd=directory)
    finally:
        os._exit(0)


def _let_go(kept: set[int]) -> None:
    """Hold nothing of the caller's: an inherited pipe would stay open for as long as we watch."""
    for descriptor in own_descriptors():
        if descriptor not in kept:
            with suppress(OSError):  # the listing's own
                os.close(descriptor)
    os.chdir("/")


def _descriptor_of(pid: int) -> int | None:
    """What becomes readable when the process ends; None where the system has no such thing."""
    with suppress(OSError, AttributeError):
        return os.pidfd_open(pid)
    return None


def _wait(pid: int, ending: int | None) -> None:
    if ending is not None:
        poll = select.poll()
        poll.register(ending, select.POLLIN)
        poll.poll()
        return
    while _lives(pid):
        time.sleep(LOOK)
