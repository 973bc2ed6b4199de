"""The user's git configuration, read and changed by git itself: includes, locking and XDG paths are its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from keyturn import shell
from keyturn.errors import Refused
from keyturn.home import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BARE = "true"
"""What a variable without `=` stands for, while one with nothing behind it is false (git-config(1), "bool")."""

PATIENCE = 30.0
"""Seconds: what a file includes may be a named pipe, or lie on a server that is gone."""


class Entry(NamedTuple):
    """One setting. git spells section and variable of `key` in lower case; what is between them it keeps."""

    key: str
    value: str


class Setting(NamedTuple):
    """One setting, and which of git's files it stands in: system, global, local, worktree, command, or file."""

    scope: str
    key: str
    value: str


class GitConfig:
    """`git config` on the user's own file, or on `file`. Raises Refused where that is one that git would wait for."""

    def __init__(self, file: str | None = None) -> None:
        self.path = (_global_file() if file is None else Path(file)).absolute()
        if self.path.is_fifo():
            raise Refused(f"{self.path} is not a file", shell.listing(str(self.path)))
        self.is_one_file = file is not None
        self._command = ["git", "config", "--global" if file is None else f"--file={file}"]

    def entries(self, pattern: str, *, included: bool = False) -> list[Entry]:
        """The settings whose key matches the extended regular expression, in the order git reads them.

        With `included` those of included files are among them. Raises Refused when git cannot read its configuration.
        """
        arguments = (*(["--includes"] if included else []), "-z", "--get-regexp", pattern)
        records = (record.partition("\n") for record in self._run(*arguments, fine=(0, 1)).split("\0") if record)
        return [Entry(key, value if given else BARE) for key, given, value in records]

    def everywhere(self, pattern: str) -> list[Setting]:
        """The same in all files that git reads here, a repository's own and `-c` included."""
        if self.is_one_file:
            return [Setting("file", *entry) for entry in self.entries(pattern, included=True)]
        output = self._run("--show-scope", "--includes", "-z", "--get-regexp", pattern, command=("git", "config"))
        parts = iter(output.split("\0")[:-1])
        pairs = ((scope, *record.partition("\n")) for scope, record in zip(parts, parts, strict=True))
        return [Setting(scope, key, value if given else BARE) for scope, key, given, value in pairs]

    def version(self) -> tuple[int, ...]:
        """Of the git that is asked here: 2, 47."""
        words = self._run("version", command=("git",)).split()
        numbers = words[2].split(".") if len(words) > 2 else []
        return tuple(int(number) for number in numbers[:2] if number.isdigit())

    def change(self, *arguments: str) -> None:
        """Run one changing command. Raises Refused, also where git would put a file in the place of what is none.

        GIT_CONFIG_GLOBAL=/dev/null is how a job has no configuration: as root, that would have no /dev/null either.
        """
        if self.path.exists() and not self.path.is_file():
            raise Refused(f"{self.path} is not a file", shell.listing(str(self.path)))
        self._run(*arguments, fine=(0,))

    def shown(self, arguments: Sequence[str]) -> list[str]:
        """The whole command."""
        return [*self._command, *arguments]

    def _run(self, *arguments: str, fine: tuple[int, ...] = (0, 1), command: Sequence[str] = ()) -> str:
        command = [*command, *arguments] if command else self.shown(arguments)
        # GIT_CONFIG leads `git config` elsewhere, and no other command of git's.
        environment = {name: value for name, value in os.environ.items() if name != "GIT_CONFIG"}
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE, env=environment
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"git config did not end within {PATIENCE:.0f} s", shell.as_run(command)) from None
        except FileNotFoundError:
            raise Refused("git is not installed, or not on PATH", shell.where_is("git")) from None
        if done.returncode not in fine:
            reason = done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}"
            raise Refused(f"git config failed: {reason}", shell.as_run(command))
        return done.stdout.decode(errors="surrogateescape")


def _global_file() -> Path:
    """The file that `git config --global` changes (git-config(1), FILES)."""
    if named := os.environ.get("GIT_CONFIG_GLOBAL"):
        return Path(named)
    usual = Path(home(), ".gitconfig")
    configured = Path(os.environ.get("XDG_CONFIG_HOME") or f"{home()}/.config", "git/config")
    return configured if configured.exists() and not usual.exists() else usual
