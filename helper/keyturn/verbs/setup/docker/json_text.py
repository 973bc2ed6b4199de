"""JSON objects changed as text: what is not touched keeps every byte, its order, indentation and number formats.

Only for text that has been parsed before: what is found here is taken to be well-formed.
"""

from __future__ import annotations

import json
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
_DOCKERS_LAYOUT = ("\n\t", ": ")
"""For a file that has none of its own yet."""


class Member(NamedTuple):
    """One member of an object. `start` is where its name begins, `end` where its value ends."""

    name: str
    value: Any
    start: int
    value_start: int
    end: int


class Object:
    """The object in `text` whose brace is at `start`."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.start = text, start
        self.members: list[Member] = []
        at = _past_space(text, start + 1)
        while text[at] != "}":
            member = _member(text, at)
            self.members.append(member)
            at = _past_space(text, member.end)
            at = _past_space(text, at + 1) if text[at] == "," else at
        self.closing = at

    def find(self, name: str) -> Member | None:
        """The last member of that name, the one that counts."""
        return next((member for member in reversed(self.members) if member.name == name), None)

    def added(self, name: str, value: str) -> str:
        """The text with one more member behind the others, laid out as they are. `value` is JSON."""
        opening, colon = self.layout()
        member = f"{json.dumps(name)}{colon}{value}"
        if self.members:
            end = self.members[-1].end
            return f"{self.text[:end]},{opening}{member}{self.text[end:]}"
        return f"{self.text[: self.start + 1]}{opening}{member}\n{self.text[self.closing :]}"

    def replaced(self, member: Member, value: str) -> str:
        """The text with another value of `member`."""
        return f"{self.text[: member.value_start]}{value}{self.text[member.end :]}"

    def removed(self, member: Member) -> str:
        """The text without `member`, and without the comma and space that came with it."""
        place = self.members.index(member)
        if len(self.members) == 1:
            return f"{self.text[: self.start + 1]}{self.text[self.closing :]}"
        if place == len(self.members) - 1:
            return f"{self.text[: self.members[place - 1].end]}{self.text[member.end :]}"
        return f"{self.text[: member.start]}{self.text[self.members[place + 1].start :]}"

    def layout(self) -> tuple[str, str]:
        """What stands before a member's name, and between its name and its value."""
        if not self.members:
            return _DOCKERS_LAYOUT
        first = self.members[0]
        name_end = _DECODER.raw_decode(self.text, first.start)[1]
        return self.text[self.start + 1 : first.start], self.text[name_end : first.value_start]


def nested(name: str, value: str, opening: str, colon: str) -> str:
    """A new object with one member, to stand as a value in an object whose members are laid out like this."""
    inner = opening + opening.rpartition("\n")[2] if "\n" in opening else opening
    closing = opening if "\n" in opening else ""
    return f"{{{inner}{json.dumps(name)}{colon}{json.dumps(value)}{closing}}}"


def root(text: str) -> Object:
    """The object that `text` is."""
    return Object(text, _past_space(text, 0))


def _member(text: str, start: int) -> Member:
    name, name_end = _DECODER.raw_decode(text, start)
    value_start = _past_space(text, _past_space(text, name_end) + 1)
    value, end = _DECODER.raw_decode(text, value_start)
    return Member(name, value, start, value_start, end)


def _past_space(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
