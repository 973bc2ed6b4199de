"""Which helpers git asks for the URLs of an origin (gitcredentials(7), CUSTOM HELPERS).

Every section that covers a URL adds its helpers, in the order of the files, however exact it is; an empty value takes
away all that came before.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from keyturn.errors import one_line
from keyturn.protocols import git_sections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyturn.verbs.setup.git.config import Entry

PROGRAM = "git-credential-keyturn"
EVERYWHERE = "credential"
"""The section without a URL."""

_OURS = re.compile(rf"/.*/{PROGRAM}(?: --ours)?", re.ASCII | re.DOTALL)
_PASSWORD = re.compile(r"(?<=://)[^/:]*:[^/]*@")


class Origin(NamedTuple):
    """Scheme, host and port of a target. `with_path`: git must send the path, too, for the target to be found."""

    url: str
    with_path: bool

    @property
    def section(self) -> str:
        """As git names it."""
        return f"{EVERYWHERE}.{self.url}" if self.url else EVERYWHERE

    @property
    def name(self) -> str:
        """For people."""
        return self.url or "all other hosts"


ALL_OTHERS = Origin("", with_path=False)
"""Hosts without a target, where [git] store keeps their credentials."""


def is_ours(helper: str) -> bool:
    """Whether a value of `helper` is one that `setup git` writes."""
    return _OURS.fullmatch(helper) is not None


def around_ours(entries: Iterable[Entry], origin: Origin) -> tuple[list[Entry], list[Entry]]:
    """The other helpers that git asks for some URL at `origin` before our last one, and those behind it.

    All of them are behind where ours is not asked.
    """
    asked: list[Entry] = []
    for entry in entries:
        if entry.value or _is_for_all_of(entry.key, origin):
            asked = [*asked, entry] if entry.value else []
    last = max((n for n, entry in enumerate(asked) if is_ours(entry.value)), default=-1)
    return _others(asked[: max(last, 0)]), _others(asked[last + 1 :])


def clearing(entries: Sequence[Entry], origin: Origin) -> Entry | None:
    """The empty value that takes our helper out of those that git asks for `origin`, None while it is asked."""
    ours = [n for n, entry in enumerate(entries) if is_ours(entry.value)]
    behind = entries[ours[-1] + 1 :] if ours else ()
    return next((entry for entry in behind if not entry.value and _is_for_all_of(entry.key, origin)), None)


def covers(key: str, origin: Origin) -> bool:
    """Whether the section of `key` is for some URL at `origin`, with any user name, below any path."""
    return git_sections.is_for(key, *_place(origin)) if origin.url else _is_everywhere(key)


def spoken(key: str) -> str:
    """`key` as it may be shown: its URL may hold a password, and in a repository's configuration anything at all."""
    return one_line(_PASSWORD.sub("***@", key))


def _others(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if not is_ours(entry.value)]


def _is_for_all_of(key: str, origin: Origin) -> bool:
    return git_sections.is_for_all(key, *_place(origin)) if origin.url else _is_everywhere(key)


def _is_everywhere(key: str) -> bool:
    return key.rpartition(".")[0] == EVERYWHERE


def _place(origin: Origin) -> tuple[str, str]:
    scheme, _, host = origin.url.partition("://")
    return scheme, host
