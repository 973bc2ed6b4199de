"""Which helper stood for a registry before `keyturn setup docker` put its own there: what --undo brings back.

It is kept with keyturn's state. Docker's own files are no place for it: docker drops what it does not know when it
next writes them.
"""

from __future__ import annotations

import json
import os
import shlex

from keyturn.errors import Refused
from keyturn.reach.paths import open_private_directory, state_directory
from keyturn.verbs.setup.own_file import OwnFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

NAME = "setup-docker.json"


class Record:
    """The replaced helpers of all files, by file and registry."""

    def __init__(self) -> None:
        self._directory = state_directory()
        self._file = OwnFile(self._directory / NAME)
        self._replaced = self._read()
        self._before = json.dumps(self._replaced)

    def replaced(self, file: Path, registry: str) -> str | None:
        """The helper that stood for `registry` in `file`, None where there was none."""
        return self._replaced.get(str(file), {}).get(registry)

    def remember(self, file: Path, registry: str, helper: str | None) -> None:
        """Keep in mind what was replaced; None: nothing was."""
        entries = self._replaced.setdefault(str(file), {})
        entries.pop(registry, None)
        if helper is not None:
            entries[registry] = helper
        if not entries:
            del self._replaced[str(file)]

    def save(self) -> None:
        """Make it durable, if it changed. Raises Refused and StateError."""
        text = json.dumps(self._replaced, indent=1) + "\n"
        if json.dumps(self._replaced) == self._before:
            return
        os.close(open_private_directory(str(self._directory), create=True))
        self._file.write(text)

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found: dict[str, dict[str, str]] = json.loads(self._file.text or "{}")
            if not all(isinstance(entries, dict) for entries in found.values()):
                raise TypeError
        except (ValueError, TypeError, AttributeError):
            path = str(self._file.path)
            raise Refused(f"{path} is not what keyturn wrote", shlex.join(["rm", path])) from None
        return found
