"""Changing a kubeconfig as text: only the lines that have to change do, comments and all else stay.

It knows the form that kubectl, az, gcloud and the like write: lists of mappings in block style, or JSON. Anything
else it may misread; so whoever uses it lets kubectl read the outcome before it counts (keyturn.cli.kube_file).
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+=-]*(?::[A-Za-z0-9_./@+=-]+)*", re.ASCII)
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Read as something else than a text by one YAML reader or another (YAML 1.1)."""


class Unreadable(Exception):
    """The text is not in the form expected."""


class Entry(NamedTuple):
    """One item of a list: its lines from `start` to `end` (not in it), and the column of its keys."""

    name: str
    start: int
    end: int
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
            (len(match[1]), number, match)
            for number in range(entry.start, entry.end)
            if (match := re.match(r"( *)(?:- )?user:(?=\s)", self._lines[number])) is not None
        ]
        deeper = [(indent, number, match) for indent, number, match in keys if indent > entry.column]
        if not deeper:
            raise Unreadable
        _, number, match = min(deeper, key=lambda key: key[:2])
        self._lines[number] = f"{match[0]} {scalar(user)}{self._end}"

    def add_user(self, name: str, stanza: dict[str, Any]) -> None:
        """Add a user with this `exec` behind the others. Raises Unreadable."""
        place = self._section("users")
        entries = list(self._entries("users"))
        column = entries[0].column if entries else 2
        if place is None:
            if self._lines and not self._lines[-1].endswith("\n"):
                self._lines[-1] += self._end
            self._lines.append(f"users:{self._end}")
            where = len(self._lines)
        else:
            self._lines[place[0] - 1] = f"users:{self._end}" if not entries else self._lines[place[0] - 1]
            where = entries[-1].end if entries else place[0]
        if where and not self._lines[where - 1].endswith("\n"):
            self._lines[where - 1] += self._end
        self._lines[where:where] = [f"{line}{self._end}" for line in user_lines(name, stanza, column - 2)]

    def remove_user(self, name: str) -> None:
        """Remove the user `name`. Raises Unreadable."""
        entry = self._find("users", name)
        del self._lines[entry.start : entry.end]
        place = self._section("users")
        if place is not None and not list(self._entries("users")):
            self._lines[place[0] - 1] = f"users: []{self._end}"

    def _find(self, section: str, name: str) -> Entry:
        found = [entry for entry in self._entries(section) if entry.name == name]
        if len(found) != 1:
            raise Unreadable
        return found[0]

    def _section(self, key: str) -> tuple[int, int] | None:
        """First line behind `key:` and the line behind its block, None where there is no such key."""
        head = re.compile(rf"{key}:\s*(?:\[\]|null|~)?\s*(?:#.*)?", re.ASCII)
        for number, line in enumerate(self._lines):
            if head.fullmatch(line.rstrip("\r\n")):
                return number + 1, self._block_end(number + 1)
        if any(line.startswith(f"{key}:") for line in self._lines):
            raise Unreadable  # in flow style, or with an anchor
        return None

    def _block_end(self, start: int) -> int:
        for number in range(start, len(self._lines)):
            if re.match(r"[^\s#-]|---|\.\.\.", self._lines[number]):
                return number
        return len(self._lines)

    def _entries(self, section: str) -> Iterator[Entry]:
        place = self._section(section)
        if place is None:
            return
        numbers = [number for number in range(*place) if not re.match(r"\s*(#|$)", self._lines[number])]
        dash = re.match(r" *- ", self._lines[numbers[0]]) if numbers else None
        if numbers and dash is None:
            raise Unreadable
        starts = [number for number in numbers if dash is not None and self._lines[number].startswith(dash[0])]
        for start, following in zip(starts, [*starts[1:], place[1]], strict=True):
            end = max(number for number in numbers if number < following) + 1
            yield Entry(
                self._name(start, end, len(dash[0] if dash else "")), start, end, len(dash[0] if dash else "")
            )

    def _name(self, start: int, end: int, column: int) -> str:
        """The item's `name`, empty where it has none that can be read."""
        for line in self._lines[start:end]:
            if line[column:].startswith("name:") and not line[:column].strip(" -"):
                return _text(line[column + 5 :].strip())
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


def editor(text: str) -> Lines | Document:
    """Whichever fits `text`. Raises Unreadable."""
    return Document(text) if text.lstrip().startswith("{") else Lines(text)


def scalar(text: str) -> str:
    """`text` as YAML: as it is where every reader takes it for a text, else in JSON's quotes, which YAML has too."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def user_lines(name: str, stanza: dict[str, Any], indent: int = 0) -> Iterator[str]:
    """A user with this `exec`, the way kubectl writes one, without line ends."""
    margin = " " * indent
    yield f"{margin}- name: {scalar(name)}"
    yield f"{margin}  user:"
    yield f"{margin}    exec:"
    for key, value in stanza.items():
        if isinstance(value, list):
            yield f"{margin}      {key}:"
            yield from (f"{margin}      - {scalar(each)}" for each in value)
        else:
            yield f"{margin}      {key}: {str(value).lower() if isinstance(value, bool) else scalar(value)}"


def _text(written: str) -> str:
    """The text of a scalar on one line."""
    try:
        if written.startswith('"'):
            return str(json.JSONDecoder().raw_decode(written)[0])
    except ValueError:
        return ""
    if written.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'", written)
        return match[1].replace("''", "'") if match else ""
    return re.split(r"\s+#", written)[0]
