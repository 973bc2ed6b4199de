"""Where files lie that only commands started by `run` read: beside the socket, in a directory of the user's own."""

from __future__ import annotations

import os
from contextlib import contextmanager

from keyturn import shell
from keyturn.errors import StateError
from keyturn.reach.paths import open_private_directory, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def runtime_directory() -> Iterator[tuple[str, int]]:
    """Path and descriptor of the socket's directory, made where it is missing.

    Raises StateError where it is not private, and for what the system refuses within the block.
    """
    where = os.path.dirname(socket_path())  # noqa: PTH120 - as the socket's own code does
    directory = open_private_directory(where, create=True)
    try:
        yield where, directory
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise StateError(f"cannot write to {where}: {reason}", shell.reason_of(error, where)) from None
    finally:
        os.close(directory)
