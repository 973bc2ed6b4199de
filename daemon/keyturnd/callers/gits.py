"""Which process wants a credential, behind the shell and the git that start a helper for it.

Between a helper and whoever wants what it says may stand `git credential-keyturn` (credential.helper = keyturn), a
shell, and `git credential fill`, each of them new at every call.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from keyturnd.callers.handed import Client
from keyturnd.callers.peer import arguments_of, program_of, tool_behind

if TYPE_CHECKING:
    from keyturnd.callers.peer import Tool

SHELLS = {"sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"}
ASK_AGAIN_WHEN_REFUSED = {"git-remote-http", "git-remote-https", "git-lfs"}
"""They serve one command and keep what they got: when they ask for the same place again, it was refused
(reference/git.md section 2). An IDE that lives for days asks again for no reason."""
FURTHEST = 8
"""Processes between a helper and whoever wants the credential, at most."""


def asker_of(helper: int) -> Tool | None:
    """Who wants what the process `helper` was started for, None where /proc does not tell."""
    tool = tool_behind(helper)
    for _ in range(FURTHEST):
        if tool is None or not _hands_on(arguments_of(tool)):
            return tool
        tool = tool_behind(tool.pid)
    return None


def client_of(asker: Tool | None, place: str) -> Client | None:
    """`asker` as somebody who asks for the credential of `place` again only when it was refused, None for others."""
    if asker is None:
        return None
    program = program_of(asker)
    return Client(asker, program, place) if PurePath(program).name in ASK_AGAIN_WHEN_REFUSED else None


def gives_up(client: Client) -> bool:
    """Whether `client`, once it has said `erase`, ends its command: git-lfs asks again instead."""
    return PurePath(client.program).name != "git-lfs"


def _hands_on(arguments: tuple[str, ...]) -> bool:
    """Whether this is the shell that git starts a helper with, or a git that only runs a helper."""
    name = PurePath(arguments[0]).name if arguments else ""
    if name in SHELLS:
        return arguments[1:2] == ("-c",) and "credential" in arguments[2]
    return name == "git" and any(word == "credential" or word.startswith("credential-") for word in arguments[1:])
