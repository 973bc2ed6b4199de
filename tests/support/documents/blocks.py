"""The fenced blocks of a Markdown page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from support import places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = (places.REPOSITORY / "README.md", *sorted((places.REPOSITORY / "contrib/guides").glob("*.md")))
RUN = frozenset({"sh", "console", "toml", "yaml"})
"""What is followed: commands, commands with what they print, what config.toml is to hold, and jobs of a CI system."""
SHOWN = frozenset({"text", "powershell"})
"""What only shows something: no command of ours stands there."""
UNTRIED = re.compile(r"# not run by the tests: (.+)\n")
_FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """One block. line: of the page where it begins. untried: why the tests do not run it, as its reader is told."""

    language: str
    text: str
    line: int
    untried: str | None


def to_follow(page: Path) -> list[Block]:
    """The blocks of a page that a reader can follow here."""
    return [block for block in blocks_of(page) if block.language in RUN and block.untried is None]


def name_of(page: Path) -> str:
    """What people call the page."""
    return str(page.relative_to(places.REPOSITORY)).removeprefix("contrib/")


def blocks_of(page: Path) -> Iterator[Block]:
    """All blocks of a page, in their order."""
    content = page.read_text("utf-8")
    for found in _FENCE.finditer(content):
        indent, language, inside = found.groups()
        text = re.sub(rf"^{indent}", "", inside, flags=re.MULTILINE)
        why = UNTRIED.match(text)
        yield Block(language, text, content.count("\n", 0, found.start()) + 1, why[1] if why else None)
