"""The sections that keyturn writes into the user's git configuration, one per origin.

    [credential "https://dev.azure.com/"]
        helper =
        helper = /home/alice/.local/bin/git-credential-keyturn
        useHttpPath = true

The empty helper resets the list: helpers configured before (credential-store would write the token to disk in
clear) are not asked (reference/git.md, "Consequences for replies"). The slash that ends the URL changes nothing for
git, which reads both spellings as one URL, but makes the section ours alone. What the user or another tool has under
the usual spelling stays as it is, so that removing our section brings it back exactly.
"""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from keyturn.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.verbs.setup.git.config import Entry, GitConfig

PROGRAM = "git-credential-keyturn"
OUR_KEYS = r"^credential\.https://.*/\."
HELPER_KEYS = r"^credential\.(.*\.)?helper$"

_SPECIAL = re.compile(r"(?![A-Za-z0-9@%+=:,./_-])[\x00-\x7f]", re.ASCII)
"""What a shell might not take literally: all of ASCII but these."""

Command = tuple[str, ...]


class Origin(NamedTuple):
    """Scheme, host and port of a target. `with_path`: git must send the path, too, for the target to be found."""

    url: str
    with_path: bool

    @property
    def section(self) -> str:
        return f"credential.{self.url}/"


def shell_word(path: str) -> str:
    """An absolute path as git's `helper` takes it: git gives it to a shell, unless it does not begin with a slash.

    So it cannot be put in quotes; what is special to the shell gets a backslash. Raises Refused for a path that no
    line of a configuration can hold.
    """
    if "\n" in path or not path.startswith("/"):
        raise Refused(f"git cannot call {path}", "install keyturn at another place")
    return _SPECIAL.sub(r"\\\g<0>", path)


class Sections:
    """Our sections as they are in `git`."""

    def __init__(self, git: GitConfig) -> None:
        self._git = git
        self._found: dict[str, list[Entry]] = {}
        for entry in git.entries(OUR_KEYS):
            section = entry.key.rpartition(".")[0]
            self._found.setdefault(section, []).append(entry)

    def ours(self) -> list[str]:
        """The sections that name our helper."""
        return [name for name, entries in self._found.items() if any(map(_is_our_helper, entries))]

    def to_write(self, origin: Origin, helper: str) -> list[Command]:
        """What `git config` has to do for `origin`; nothing if all is in place.

        Raises Refused for a section of ours that holds something else as well.
        """
        found = self._found.get(origin.section, [])
        wanted = _values(origin, helper)
        if found and not self._only_ours(origin.section):
            raise self._mixed(origin.section)
        if [(entry.key, entry.value) for entry in found] == [(key.lower(), value) for key, value in wanted] and (
            origin.section not in self._overtaken()
        ):
            return []
        return [*self.to_remove(origin.section), *(("--add", key, value) for key, value in wanted)]

    def to_remove(self, section: str) -> list[Command]:
        """What `git config` has to do so that `section` is gone."""
        if section not in self._found:
            return []
        if not self._only_ours(section):
            raise self._mixed(section)
        return [("--remove-section", section)]

    def superseded(self, origins: Iterable[Origin]) -> list[str]:
        """The keys of other helpers that git would ask for `origins` if our sections were not there."""
        keys = {"credential.helper", *(f"credential.{origin.url}.helper" for origin in origins)}
        entries = self._git.entries(HELPER_KEYS, included=True)
        return list(dict.fromkeys(entry.key for entry in entries if entry.key in keys and entry.value))

    def _overtaken(self) -> Iterator[str]:
        """Our sections with other helpers behind them, which git would ask, and tell our tokens, as well."""
        ours, behind = set(self.ours()), False
        for entry in reversed(self._git.entries(HELPER_KEYS, included=True)):
            section = entry.key.rpartition(".")[0]
            if section not in ours:
                behind = True
            elif behind:
                yield section

    def _only_ours(self, section: str) -> bool:
        helpers = [entry for entry in self._found[section] if entry.key.endswith(".helper")]
        others = {entry.key.rpartition(".")[2] for entry in self._found[section]} - {"helper", "usehttppath"}
        # One helper alone, the reset, is what a setup left that was interrupted.
        return not others and [entry.value for entry in helpers[:1]] == [""] and all(map(_is_our_helper, helpers[1:]))

    def _mixed(self, section: str) -> Refused:
        name = section.removeprefix("credential.")
        return Refused(
            f'[credential "{name}"] in your git configuration holds what keyturn did not write',
            shlex.join(self._git.shown(["--edit"])),
        )


def _is_our_helper(entry: Entry) -> bool:
    return entry.key.endswith(".helper") and entry.value.endswith(f"/{PROGRAM}")


def _values(origin: Origin, helper: str) -> list[tuple[str, str]]:
    key = f"{origin.section}.helper"
    path = [(f"{origin.section}.useHttpPath", "true")] if origin.with_path else []
    return [(key, ""), (key, helper), *path]
