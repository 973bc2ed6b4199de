"""One `keyturn setup` after another: of two at once, each would write what it knows over what the other recorded."""

from __future__ import annotations

import contextlib
import os

from keyturn import shell
from keyturn.errors import Refused
from keyturn.reach.launch import hold_lock
from keyturn.reach.paths import open_private_directory, state_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "setup.lock"
PATIENCE = 20.0
"""Seconds: a run takes one or two, most of them kubectl's or git's."""


@contextlib.contextmanager
def own_turn() -> Iterator[None]:
    """While it is entered, nobody else's is. Raises Refused after PATIENCE, and StateError."""
    where = str(state_directory())
    directory = open_private_directory(where, create=True)
    try:
        lock = hold_lock(directory, NAME, PATIENCE)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(f"{where}/{NAME} cannot be used: {reason}", shell.reason_of(error, f"{where}/{NAME}")) from None
    finally:
        os.close(directory)
    if lock is None:
        raise Refused("another keyturn setup has been running for too long", shell.users_of(f"{where}/{NAME}"))
    try:
        yield
    finally:
        os.close(lock)
