"""Kubeconfigs that only a variable names: whom they take for a cluster counts once a person has agreed to it.

KUBECONFIG may come with a clone (direnv, an editor's settings), and the file that it names bring a CA and a proxy of
its author's for a cluster that is yours. What lies in ~/.kube is your own: whoever writes there can have kubectl run
anything. A file is agreed to by naming it, too.
"""

from __future__ import annotations

import os

from keyturn.console import person
from keyturn.errors import Refused
from keyturn.home import home
from keyturn.reach import client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from keyturn.kinds_of_hints import Hint


def is_own(directories: Iterable[Path]) -> bool:
    """Whether each of them is ~/.kube, or lies in it."""
    own = os.path.realpath(f"{home()}/.kube")
    return all(f"{os.path.realpath(directory)}/".startswith(f"{own}/") for directory in directories)


class Unasked(Refused):
    """Nobody can be asked whether what a kubeconfig says shall count."""


_ANSWERS: dict[str, bool] = {}
"""What this command has been answered: `init` asks before it writes anything, and sets up afterwards."""


def given(told: str, files: Iterable[Path], instead: Hint) -> bool:
    """Whether the person at the terminal agrees to what `files` say, asked once. instead: what helps without one.

    Raises Unasked.
    """
    names = list(dict.fromkeys(map(str, files)))
    said = f"{told}, as {' and '.join(names)} {'says' if len(names) == 1 else 'say'}, which KUBECONFIG names"
    if not client.has_terminal():
        raise Unasked(said, instead)
    if said not in _ANSWERS:
        _ANSWERS[said] = person.agrees(f"{said}: shall that count?", instead)
    return _ANSWERS[said]
