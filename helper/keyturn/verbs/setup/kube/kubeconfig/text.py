"""Changing a kubeconfig as text: only the lines that have to change do, comments and all else stay.

It knows the form that kubectl, az, gcloud and the like write: lists of mappings in block style, or JSON. Anything
else it may misread; so whoever uses it lets kubectl read the outcome before it counts (see `file` beside this).
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import NamedTuple

from keyturn.verbs.setup.kube.kubeconfig.scalars import comment_behind, scalar, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

BLANK = re.compile(r"\s*(#|$)")
USER_KEY = re.compile(r"( *(?:- +)?)user:(?=\s)")


class Unreadable(Exception):
    """The text is not in the form expected."""


class Entry(NamedTuple):
    """One item of a list: its lines from `start` to `end` (not in it), the columns of its dash and of its keys."""

    name: str
    start: int
    end: int
    dash: int
    column: int


class Lines:
    """A kubeconfig in YAML's block style."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True)
        self._end = "\r\n" if self._lines[:1] and self._lines[0].endswith("\r\n") else "\n"

    @property
    def text(self) -> str:
        """All of it, as it is now."""
        return "".join(self._lines)

    def set_context_user(self, context: str, user: str) -> None:
        """Point `context` at `user`. Raises Unreadable."""
        entry = self._find("contexts", context)
        keys = [
            (len(match[1]), number, match[0])
            for number in range(entry.start, entry.end)
            if (match := USER_KEY.match(self._lines[number])) is not None and len(match[1]) > entry.column
        ]
        if not keys:
            raise Unreadable
        _, number, key = min(keys)  # the least indented: an extension may have a user as well
        comment = comment_behind(self._lines[number][len(key) :].rstrip("\r\n"))
        self._lines[number] = f"{key} {scalar(user)}{comment}{self._end}"

    def add_user(self, name: str, stanza: dict[str, Any]) -> None:
        """Add a user with this `exec` behind the others. Raises Unreadable."""
        entries = list(self._entries("users"))
        if entries:
            where, indent = entries[-1].end, entries[-1].dash
        else:
            where, indent = self._begin_users(), 0
        self._end_line(where - 1)
        self._lines[where:where] = [f"{line}{self._end}" for line in user_lines(name, stanza, indent)]

    def remove_user(self, name: str) -> None:
        """Remove the user `name`. Raises Unreadable."""
        entry = self._find("users", name)
        del self._lines[entry.start : entry.end]
        place = self._section("users")
        if place is not None and not list(self._entries("users")):
            self._lines[place[0] - 1] = f"users: []{self._end}"

    def empty_users(self) -> str | None:
        """How the list of users is written while nobody is in it: "" where it is left out, None: somebody is."""
        place = self._section("users")
        if place is None:
            return ""
        return None if list(self._entries("users")) else self._lines[place[0] - 1].rstrip("\r\n")

    def leave_users(self, written: str) -> None:
        """Have the list of users, in which nobody is, written that way, unless that is JSON's."""
        place = self._section("users")
        if place is not None and (not written or written.startswith("users:")):
            self._lines[place[0] - 1 : place[0]] = [f"{written}{self._end}"] if written else []

    def _begin_users(self) -> int:
        """Have a list of users without any in it; the line behind its head."""
        place = self._section("users")
        if place is None:
            self._end_line(len(self._lines) - 1)
            self._lines.append(f"users:{self._end}")
            return len(self._lines)
        self._lines[place[0] - 1] = f"users:{self._end}"
        return place[0]

    def _end_line(self, number: int) -> None:
        """The last line of a file may lack its end."""
        if number >= 0 and not self._lines[number].endswith("\n"):
            self._lines[number] += self._end

    def _find(self, section: str, name: str) -> Entry:
        found = [entry for entry in self._entries(section) if entry.name == name]
        if len(found) != 1:
            raise Unreadable
        return found[0]

    def _section(self, key: str) -> tuple[int, int] | None:
        """First line behind `key:` and the line behind its block, None where there is no such key."""
        head = re.compile(rf"{key}:\s*+(?:\[\]|null|~)?\s*+(?:#.*)?", re.ASCII)
        for number, line in enumerate(self._lines):
            if head.fullmatch(line.rstrip("\r\n")):
                return number + 1, self._block_end(number + 1)
            if line.startswith(f"{key}:"):
                raise Unreadable  # in flow style, or with an anchor
        return None

    def _block_end(self, start: int) -> int:
        for number in range(start, len(self._lines)):
            if re.match(r"[^\s#-]|---|\.\.\.", self._lines[number]):
                return number
        return len(self._lines)

    def _entries(self, section: str) -> Iterator[Entry]:
        place = self._section(section)
        numbers = (
            [] if place is None else [number for number in range(*place) if not BLANK.match(self._lines[number])]
        )
        if place is None or not numbers:
            return
        first = re.match(r"( *)- ", self._lines[numbers[0]])
        if first is None:
            raise Unreadable
        dash = len(first[1])
        starts = [number for number in numbers if self._lines[number].startswith(first[0])]
        for start, following in pairwise([*starts, place[1]]):
            end = max(number for number in numbers if number < following) + 1
            behind = self._lines[start][dash + 1 :]
            column = dash + 1 + len(behind) - len(behind.lstrip(" "))  # each its own: ours begin close to the dash
            yield Entry(self._name(start, end, column), start, end, dash, column)

    def _name(self, start: int, end: int, column: int) -> str:
        """The item's `name`, empty where it has none that can be read."""
        for line in self._lines[start:end]:
            if line[column:].startswith("name:") and not line[:column].strip(" -"):
                return text_of(line[column + 5 :].strip())
        return ""


class Document:
    """A kubeconfig in JSON. Raises Unreadable."""

    def __init__(self, text: str) -> None:
        try:
            self._document: dict[str, Any] = json.loads(text)
        except ValueError:
            raise Unreadable from None

    @property
    def text(self) -> str:
        """All of it, as it is now."""
        return json.dumps(self._document, indent=2, ensure_ascii=False) + "\n"

    def set_context_user(self, context: str, user: str) -> None:
        """Point `context` at `user`. Raises Unreadable."""
        found = [each for each in self._document.get("contexts") or [] if each.get("name") == context]
        if len(found) != 1:
            raise Unreadable
        found[0]["context"]["user"] = user

    def add_user(self, name: str, stanza: dict[str, Any]) -> None:
        """Add a user with this `exec` behind the others."""
        users = self._document.get("users") or []
        self._document["users"] = [*users, {"name": name, "user": {"exec": stanza}}]

    def remove_user(self, name: str) -> None:
        """Remove the user `name`."""
        self._document["users"] = [user for user in self._document.get("users") or [] if user.get("name") != name]

    def empty_users(self) -> str | None:
        """As of `Lines`."""
        if self._document.get("users"):
            return None
        return json.dumps(self._document["users"]) if "users" in self._document else ""

    def leave_users(self, written: str) -> None:
        """As of `Lines`, whichever of the two it was read in."""
        del self._document["users"]
        if written:
            self._document["users"] = [] if "[" in written else None


def editor(text: str) -> Lines | Document:
    """Whichever fits `text`. Raises Unreadable."""
    return Document(text) if text.lstrip().startswith("{") else Lines(text)


def user_lines(name: str, stanza: dict[str, Any], indent: int = 0) -> Iterator[str]:
    """A user with this `exec`, the way kubectl writes one, without line ends."""
    margin = " " * indent
    yield f"{margin}- name: {scalar(name)}"
    yield f"{margin}  user:"
    yield f"{margin}    exec:"
    for key, value in stanza.items():
        if isinstance(value, list):
            yield f"{margin}      {key}:"
            yield from (f"{margin}      {line}" for each in value for line in _item_lines(each))
        else:
            yield f"{margin}      {key}: {str(value).lower() if isinstance(value, bool) else scalar(value)}"


def _item_lines(item: str | dict[str, str]) -> Iterator[str]:
    """An argument, or a variable with its value."""
    if isinstance(item, str):
        yield f"- {scalar(item)}"
        return
    for number, (key, value) in enumerate(item.items()):
        yield f"{'  ' if number else '- '}{key}: {scalar(value)}"
