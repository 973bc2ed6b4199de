"""Our helper for every registry that podman, skopeo and buildah meet: a drop-in of containers' registries.conf.

An opt-in: one entry serves all targets, and `podman logout` reaches us; but each `podman pull` asks us then, whatever
the registry (containers-registries.conf(5), "credential-helpers").
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

from keyturn.configuration.registry_logins import containers_file
from keyturn.editing.own_file import OwnFile
from keyturn.home import home
from keyturn.verbs.setup.docker.helpers import SUFFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "50-keyturn.conf"
KEY = "credential-helpers"
DEFAULT = ("containers-auth.json",)
"""What is asked where nothing is said: the files."""
SYSTEM = Path("/etc/containers")
HEAD = "# keyturn setup docker --registries-conf wrote this; with --undo it goes\n"


def drop_ins() -> list[DropIn]:
    """One, or two where XDG_CONFIG_HOME leads elsewhere. Raises Refused.

    podman 5, skopeo 1.22 and all before them read ~/.config whatever it says (container-libs 231); later ones do not.
    """
    found = dict.fromkeys((Path(home(), ".config/containers"), containers_file().parent))
    return [DropIn(directory) for directory in found]


class DropIn:
    """The file below `directory`, which is ours alone. Raises Refused for one that cannot be changed."""

    def __init__(self, directory: Path) -> None:
        self._file = OwnFile(directory / "registries.conf.d" / NAME)
        self.path = self._file.path

    @property
    def is_there(self) -> bool:
        """Whether it has been written."""
        return self._file.is_there

    @property
    def text(self) -> str:
        """As it has to be: what others have named comes first, and keeps its order."""
        names = [name for name in _named_by_others(self.path) if name != SUFFIX]
        return f"{HEAD}{KEY} = {json.dumps([*names, SUFFIX])}\n"

    @property
    def is_right(self) -> bool:
        """Whether it needs no writing."""
        return self._file.text == self.text

    def write(self) -> None:
        """Put it there. Raises Refused."""
        self._file.write(self.text)

    def remove(self) -> None:
        """Take it away, and the directory if that is empty then. Raises Refused."""
        self._file.remove([str(self.path.parent)])


def _named_by_others(ours: Path) -> list[str]:
    """The helpers in force without ours: the last file that names any decides."""
    found = list(DEFAULT)
    for path in _files(ours):
        try:
            named = tomllib.loads(path.read_text("utf-8")).get(KEY) if path.is_file() else None
        except (OSError, ValueError):
            continue
        if isinstance(named, list) and named:
            found = [str(name) for name in named]
    return found


def _files(ours: Path) -> Iterator[Path]:
    """In the order in which they are read; the user's own takes the place of the system's."""
    own = ours.parent.parent
    main = own / "registries.conf"
    yield main if main.exists() else SYSTEM / "registries.conf"
    for directory in (SYSTEM / "registries.conf.d", own / "registries.conf.d"):
        yield from sorted(path for path in _listed(directory) if path != ours)


def _listed(directory: Path) -> list[Path]:
    try:
        return [directory / name for name in os.listdir(directory) if name.endswith(".conf")]  # noqa: PTH208 - as many
    except OSError:
        return []
