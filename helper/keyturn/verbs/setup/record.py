"""What stood in another program's file before `keyturn setup` put its own there: what --undo brings back.

It is kept with keyturn's state. The files themselves are no place for it: docker drops what it does not know when it
next writes them.
"""

from __future__ import annotations

import json
import os

from keyturn import shell
from keyturn.editing.own_file import OwnFile
from keyturn.errors import Refused
from keyturn.reach.paths import open_private_directory, state_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

CREATED = ""
"""The name under which a file is noted that keyturn made, with the directories that it made for it (an older keyturn:
true); no registry and no section is called so."""


def is_text(former: object) -> bool:
    """What most places hold."""
    return isinstance(former, str)


def are_texts(former: object) -> bool:
    """What is there several times, or a list of directories."""
    return isinstance(former, list) and all(map(is_text, former))


class Record:
    """What was replaced for `tool` in all files, by file and by the name of the place in it.

    fits: whether something can have stood in such a place. Raises Refused for a record with anything else: --undo
    would write it into the tool's own file, which the tool might then not read.
    """

    def __init__(self, tool: str, fits: Callable[[Any], bool] = is_text) -> None:
        self._fits = fits
        self._directory = state_directory()
        self._file = OwnFile(self._directory / f"setup-{tool}.json")
        self._replaced = self._read()
        self._before = json.dumps(self._replaced)

    def replaced(self, file: Path, name: str) -> Any:
        """What stood at `name` in `file`, None where there was nothing, or nothing is known."""
        return self._replaced.get(str(file.absolute()), {}).get(name)

    def remember(self, file: Path, name: str, former: Any) -> None:
        """Keep in mind what was replaced, as JSON has it; None: nothing was, or it is back in its place."""
        entries = self._replaced.setdefault(str(file.absolute()), {})
        entries.pop(name, None)
        if former is not None:
            entries[name] = former
        if not entries:
            del self._replaced[str(file.absolute())]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was replaced anywhere."""
        return not self._replaced

    def save(self) -> None:
        """Make it durable, if it changed; nothing to remember leaves no file. Raises Refused and StateError."""
        if json.dumps(self._replaced) == self._before:
            return
        if self._replaced:
            os.close(open_private_directory(str(self._directory), create=True))
            self._file.write(json.dumps(self._replaced, indent=1) + "\n")
        else:
            self._file.remove()
        self._before = json.dumps(self._replaced)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found: dict[str, dict[str, Any]] = json.loads(self._file.text or "{}")
            if not all(self._is_former(*item) for entries in found.values() for item in entries.items()):
                raise TypeError
        except (ValueError, TypeError, AttributeError, RecursionError):
            path = str(self._file.path)
            raise Refused(f"{path} is not what keyturn wrote", shell.remove(path)) from None
        return found

    def _is_former(self, name: str, former: object) -> bool:
        return (former is True or are_texts(former)) if name == CREATED else self._fits(former)
