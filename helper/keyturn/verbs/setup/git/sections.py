"""The sections of the user's git configuration that make git ask keyturn, one per origin.

    [credential "https://dev.azure.com"]
        helper =
        helper = /home/alice/.local/bin/git-credential-keyturn --ours
        useHttpPath = true

`--ours` tells the helper that a person has said so: with it a configuration that cannot be read stops git, which
would prompt for a password otherwise.

The empty helper resets the list: helpers configured before (credential-store would write the token to disk in
clear) are not asked (reference/git.md, "Consequences for replies"). No slash ends the URL: git takes both spellings
for one URL, but cargo sees this one only. It may be the user's own section, or Git Credential Manager's, so whatever
else stands in it stays, and what had to give way is recorded.
"""

from __future__ import annotations

import re

from keyturn import moves
from keyturn.errors import Refused
from keyturn.verbs.setup.git.asked import EVERYWHERE, Origin, around_ours, covers, is_ours
from keyturn.verbs.setup.record import Record, are_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.verbs.setup.git.config import Entry, GitConfig

HELPER, PATH = "helper", "useHttpPath"
SECTION_KEYS = r"^credential\.(https://.*\.|[^.]*$)"
HELPER_KEYS = r"^credential\.(.*\.)?helper$"

_SPECIAL = re.compile(r"(?![A-Za-z0-9@%+=:,./_-])[\x00-\x7f]", re.ASCII)
"""What a shell might not take literally: all of ASCII but these."""
_EXTENDED = re.compile(r"[][\\.^$*+?(){}|]", re.ASCII)
"""Special in the extended regular expressions by which git picks values."""
_ORIGIN = re.compile(rf"{EVERYWHERE}(\.https://[^/@]+/?)?", re.ASCII)

Command = tuple[str, ...]


def shell_word(path: str) -> str:
    """An absolute path as git's `helper` takes it: git gives it to a shell, unless it does not begin with a slash.

    So it cannot be put in quotes; what is special to the shell gets a backslash. Raises Refused for a path that no
    line of a configuration can hold.
    """
    if "\n" in path or not path.startswith("/"):
        raise Refused(f"git cannot call {path}", moves.clients.other_place())
    return _SPECIAL.sub(r"\\\g<0>", path)


def record_of_sections() -> Record:
    """What is known of them from before. Raises Refused."""
    return Record("git", _is_note)


def _is_note(former: object) -> bool:
    return isinstance(former, dict) and all(map(are_texts, former.values()))


class Sections:
    """The sections of single origins as they are in `git`, and what `record` knows of them from before."""

    def __init__(self, git: GitConfig, record: Record) -> None:
        self._git, self._record = git, record
        self._found: dict[str, list[Entry]] = {}
        for entry in git.entries(SECTION_KEYS):
            section = entry.key.rpartition(".")[0]
            if _ORIGIN.fullmatch(section):
                self._found.setdefault(section, []).append(entry)

    def ours(self) -> list[str]:
        """The sections that name our helper, in either spelling."""
        return [name for name in self._found if any(map(is_ours, self._values(name, HELPER)))]

    def to_write(self, origin: Origin, helper: str) -> list[Command]:
        """What `git config` has to do for `origin`; nothing if all is in place."""
        section = origin.section
        paths = self._values(section, PATH)
        wanted = ["true"] if origin.with_path and paths[-1:] != ["true"] else paths
        if origin.url and not origin.with_path and self._former(section, PATH) is not None:
            wanted = self._former(section, PATH) or []
        old = self.to_remove(f"{section}/")
        if not old and wanted == paths and self._is_in_place(section, helper):
            return []
        if section in self.ours() and self._may_move(section):
            return [*old, *self.to_remove(section), *_written(origin, helper)]
        kept = _without_ours(self._values(section, HELPER))
        reset = [] if kept[-1:] == [""] else [""]  # one alone is what a setup left that was interrupted
        added = [("--add", f"{section}.{HELPER}", value) for value in (*reset, helper)]
        return [*old, *self._without_helper(section, kept), *added, *_turned(f"{section}.{PATH}", paths, wanted)]

    def to_remove(self, section: str) -> list[Command]:
        """What `git config` has to do so that `section` is what it was without us."""
        if section not in self.ours():
            return []
        paths, former = self._values(section, PATH), self._former(section, PATH)
        if not former and not self._former(section, HELPER) and self._is_only_ours(section):
            return [("--remove-section", section)]  # git leaves its head behind where a comment stands before it
        if former is None:  # written by an older keyturn, under the spelling that nobody else used
            former = [] if section.endswith("/") else paths
        kept = self._helpers_before(section)
        # Whoever changed it since then wants it so.
        ours = paths == ["true"] and section != EVERYWHERE
        back = _turned(f"{section}.{PATH}", paths, former) if ours else []
        return [*self._without_helper(section, kept), *back]

    def note(self, section: str) -> dict[str, list[str]]:
        """What has to be known to bring `section` back."""
        helpers = _without_ours(self._values(section, HELPER))
        return {HELPER: helpers, PATH: self._values(section, PATH)}

    def superseded(self, origins: Iterable[Origin]) -> list[str]:
        """The keys of other helpers that git would ask for `origins` if our sections were not there."""
        origins = list(origins)
        keys = {"credential.helper", *(f"{origin.section}.helper" for origin in origins)} - set(self.behind(origins))
        entries = self._git.entries(HELPER_KEYS, included=True)
        others = (entry for entry in entries if entry.key in keys and entry.value and not is_ours(entry.value))
        return list(dict.fromkeys(entry.key for entry in others))

    def behind(self, origins: Iterable[Origin]) -> list[str]:
        """The keys of helpers that come after ours: git asks, and tells our tokens, those as well, or only those."""
        entries = self._git.entries(HELPER_KEYS, included=True)
        return list(dict.fromkeys(key for origin in origins for key in _behind(entries, origin)))

    def _is_in_place(self, section: str, helper: str) -> bool:
        helpers = self._values(section, HELPER)
        if helpers[-2:] != ["", helper] or any(map(is_ours, helpers[:-2])):
            return False
        origin = Origin(section.removeprefix(EVERYWHERE).removeprefix("."), with_path=False)
        # Written anew, a section of ours alone comes to stand last; one with more in it stays where it is.
        return not (self._may_move(section) and self.behind([origin]))

    def _may_move(self, section: str) -> bool:
        return self._is_only_ours(section) and not any(self._noted(section).values())

    def _is_only_ours(self, section: str) -> bool:
        known = {HELPER} if section == EVERYWHERE else {HELPER, PATH.lower()}
        keys = {entry.key.rpartition(".")[2] for entry in self._found.get(section, [])}
        return keys <= known and not _without_ours(self._values(section, HELPER))

    def _helpers_before(self, section: str) -> list[str]:
        kept, former = _without_ours(self._values(section, HELPER)), self._former(section, HELPER) or []
        return former if former[-1:] == [""] and kept == former[:-1] else kept

    def _without_helper(self, section: str, kept: list[str]) -> list[Command]:
        return _turned(f"{section}.{HELPER}", self._values(section, HELPER), kept)

    def _former(self, section: str, variable: str) -> list[str] | None:
        known = self._noted(section)
        return known.get(variable, []) if known else None

    def _noted(self, section: str) -> dict[str, list[str]]:
        return self._record.replaced(self._git.path, section) or {}

    def _values(self, section: str, variable: str) -> list[str]:
        key = f"{section}.{variable.lower()}"
        return [entry.value for entry in self._found.get(section, []) if entry.key == key]


def _without_ours(helpers: Iterable[str]) -> list[str]:
    """The helpers without ours, and without the reset in front of it."""
    kept: list[str] = []
    for helper in helpers:
        if not is_ours(helper):
            kept.append(helper)
        elif kept[-1:] == [""]:
            kept.pop()
    return kept


def _written(origin: Origin, helper: str) -> list[Command]:
    """A section of our own."""
    path = [("--add", f"{origin.section}.{PATH}", "true")] if origin.with_path else []
    return [*(("--add", f"{origin.section}.{HELPER}", value) for value in ("", helper)), *path]


def _turned(key: str, values: list[str], wanted: list[str]) -> list[Command]:
    """How `values` of `key` become `wanted`; lines of values that stay are not touched where that can be."""
    gone = dict.fromkeys(value for value in values if value not in wanted)
    if values == wanted:
        return []
    if not wanted:
        return [("--unset-all", key)]
    if [value for value in values if value not in gone] == wanted:
        return [("--unset-all", key, f"^{_EXTENDED.sub(_escaped, value)}$") for value in gone]
    if len(wanted) == 1 and values:
        return [("--replace-all", key, *wanted)]
    return [*([("--unset-all", key)] if values else []), *(("--add", key, value) for value in wanted)]


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _behind(entries: list[Entry], origin: Origin) -> Iterator[str]:
    entries = [entry for entry in entries if covers(entry.key, origin)]
    if any(is_ours(entry.value) for entry in entries if entry.key == f"{origin.section}.{HELPER}"):
        yield from (entry.key for entry in around_ours(entries, origin)[1])
