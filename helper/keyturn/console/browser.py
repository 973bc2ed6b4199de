"""A browser before the eyes of whoever signs in: whether there is one, and opening it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
OPENERS = ("xdg-open", "wslview", "open")
"""What opens a link with the browser of the user's choice: freedesktop.org, Windows' Linux, macOS."""
PATIENCE = 3.0
"""Seconds in which an opener says that it cannot. One that goes on is a browser that stays in the foreground."""


def is_here() -> bool:
    """Whether a browser would open on the person's own screen: not through SSH, nor without a display."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform == "darwin" or any(os.environ.get(name) for name in SCREENS)


def opened(url: str) -> bool:
    """Open `url`; whether some browser took it."""
    return any(_started(command) for command in _commands(url))


def _commands(url: str) -> Iterator[list[str]]:
    """$BROWSER first: commands with a colon between them, `%s` for the URL or else it comes last."""
    for wish in os.environ.get("BROWSER", "").split(os.pathsep):
        words = _words(wish)
        if words:
            placed = [word.replace("%s", url) for word in words]
            yield placed if placed != words else [*words, url]
    for opener in OPENERS:
        yield [opener, url]


def _words(command: str) -> list[str]:
    import shlex  # noqa: PLC0415 - whether there is a browser is asked more often than one is opened

    try:
        return shlex.split(command)
    except ValueError:
        return []


def _started(command: Sequence[str]) -> bool:
    """Whether `command` did not fail. It outlives us, says nothing on our terminal, and gets no Ctrl-C of ours."""
    import shutil  # noqa: PLC0415 - see above
    import subprocess  # noqa: PLC0415

    program = shutil.which(command[0])
    if program is None:
        return False
    silent = subprocess.DEVNULL
    try:
        started = subprocess.Popen(
            [program, *command[1:]], stdin=silent, stdout=silent, stderr=silent, start_new_session=True
        )
    except OSError:
        return False
    try:
        return started.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        started.returncode = 0  # it is on its own: nobody here will ask for its end
        return True
