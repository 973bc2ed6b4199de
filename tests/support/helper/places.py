"""How a vector finds the socket's directory: prepared, missing, loose, linked and so on."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING

from support.helper.scripted_daemon import bound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


FOREIGNER = 65534
"""A user that is neither root nor we: nobody, as most systems number it."""


RUN_USER_DEPTH = 3
"""How far above run-user/UID/keyturn/socket the test's own directory is."""


HOME_DEPTH = 4
"""How far home is above home/.local/state/keyturn/run-HOST/socket, as the index of a path's parents."""


@contextlib.contextmanager
def prepared(place: str, path: Path) -> Iterator[None]:
    """Make the directory of the socket `path` what `place` says, before anybody listens there."""
    with contextlib.ExitStack() as stack:
        path.parent.mkdir(parents=True, mode=0o700)
        if place.startswith("mode "):
            path.parent.chmod(int(place.removeprefix("mode "), base=8))
        elif place != "private":
            stack.enter_context(PLACES[place](path))
        yield


@contextlib.contextmanager
def _missing(path: Path) -> Iterator[None]:
    path.parent.rmdir()
    yield


@contextlib.contextmanager
def _elsewhere(path: Path) -> Iterator[None]:
    """A daemon listens where nobody looks, and it is in order."""
    assert path.parent.stat().st_mode & 0o077 == 0
    yield


@contextlib.contextmanager
def _stale(path: Path) -> Iterator[None]:
    bound(path).close()
    yield


@contextlib.contextmanager
def _file(path: Path) -> Iterator[None]:
    path.touch()
    yield


@contextlib.contextmanager
def _linked(path: Path) -> Iterator[None]:
    path.parent.rename(path.parent.with_name("target"))
    path.parent.symlink_to("target")
    yield


@contextlib.contextmanager
def _no_directory(path: Path) -> Iterator[None]:
    path.parent.rmdir()
    path.parent.touch()
    yield


@contextlib.contextmanager
def _full_queue(path: Path) -> Iterator[None]:
    """A listener that accepts nobody, and as many in its queue as it takes."""
    waiting = []
    with bound(path) as listener, contextlib.ExitStack() as stack:
        listener.listen(0)
        directory = os.open(path.parent, os.O_RDONLY)
        stack.callback(os.close, directory)
        with contextlib.suppress(BlockingIOError):
            while True:
                waiting.append(stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)))
                waiting[-1].setblocking(False)
                waiting[-1].connect(f"/proc/self/fd/{directory}/{path.name}")
        yield


@contextlib.contextmanager
def _foreign_directory(path: Path) -> Iterator[None]:
    os.chown(path.parent, FOREIGNER, -1)
    yield


@contextlib.contextmanager
def _foreign_runtime_directory(path: Path) -> Iterator[None]:
    """As `su` leaves it: XDG_RUNTIME_DIR (here `run`) still names the other user's directory."""
    os.chown(path.parents[RUN_USER_DEPTH] / "run", FOREIGNER, -1)
    yield


@contextlib.contextmanager
def _foreign_home(path: Path) -> Iterator[None]:
    """As `sudo` leaves it: HOME (here `home`) is another user's, with a directory of ours in it."""
    os.chown(path.parents[HOME_DEPTH], FOREIGNER, -1)
    yield


PLACES = {
    "foreign home": _foreign_home,
    "foreign directory": _foreign_directory,
    "foreign runtime directory": _foreign_runtime_directory,
    "missing": _missing,
    "elsewhere": _elsewhere,
    "stale": _stale,
    "file": _file,
    "linked": _linked,
    "no directory": _no_directory,
    "full queue": _full_queue,
}
