"""Bare repositories on disk, under the names Azure Repos gives them: /ORGANISATION/PROJECT/_git/REPOSITORY."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

# The first character rules out `..`, hidden files and options; there is no slash that could lead elsewhere.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
GIT_CONFIG = """[safe]
\tdirectory = *
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[receive]
\tautogc = false
[uploadpack]
\tallowFilter = true
"""


class NoGitError(RuntimeError):
    """git, or the part of it that serves HTTP, is not installed."""


@dataclass(frozen=True)
class Address:
    """A repository's names, lower-cased: Azure DevOps does not tell case apart."""

    organisation: str
    project: str
    repository: str


def split_path(raw_path: str) -> tuple[Address, str] | None:
    """The repository a still percent-encoded path leads into, and the rest of the path; None if none.

    Segments are decoded one by one, after the split, so that an encoded slash cannot make new ones.
    """
    parts = raw_path.split("/")
    if len(parts) < 5 or parts[0] or parts[3] != "_git":
        return None
    names = [unquote(part, errors="replace") for part in (parts[1], parts[2], parts[4])]
    if not all(NAME.fullmatch(name) for name in names):
        return None
    return Address(*(name.lower() for name in names)), "/" + "/".join(parts[5:])


class Repositories:
    """Every repository below one directory of the emulator's own."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "repositories"
        self._home = directory / "git-home"
        self.git = _find_git()
        self._pattern = directory / "git-pattern"
        self.root.mkdir(mode=0o700)
        self._home.mkdir(mode=0o700)
        (self._home / ".gitconfig").write_text(GIT_CONFIG)
        self._run("init", "--quiet", "--bare", "--template=", str(self._pattern))
        self._run("-C", str(self._pattern), "config", "http.receivepack", "true")

    def environment(self) -> Mapping[str, str]:
        """All that git sees of ours: no configuration of the system or the user, no trace of a secret.

        `safe.directory` counts only in a global or system file in some versions of git, so it stands in a
        file of a home directory that has nothing else in it.
        """
        return {
            "PATH": str(Path(self.git).parent) + ":/usr/bin:/bin",
            "HOME": str(self._home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C",
        }

    def find(self, address: Address) -> Path | None:
        """Where a repository is, if it exists."""
        path = self._path(address)
        return path if path.is_dir() else None

    def create(self, address: Address) -> Path:
        """An empty bare repository that takes pushes; ValueError if there is one already."""
        path = self._path(address)
        if path.exists():
            raise ValueError("that repository exists")
        # A copy of a fresh one, because tests start over often, and four runs of git each time would be felt.
        shutil.copytree(self._pattern, path)
        return path

    def reset(self) -> None:
        """Remove them all."""
        shutil.rmtree(self.root)
        self.root.mkdir(mode=0o700)

    def _path(self, address: Address) -> Path:
        return self.root / address.organisation / address.project / f"{address.repository}.git"

    def _run(self, *arguments: str) -> None:
        subprocess.run([self.git, *arguments], env=self.environment(), check=True, stdin=subprocess.DEVNULL)


def _find_git() -> str:
    git = shutil.which("git")
    if git is None:
        raise NoGitError("git is not installed")
    environment = {"PATH": os.environ["PATH"]}
    found = subprocess.run([git, "--exec-path"], env=environment, capture_output=True, text=True, check=True)
    if not (Path(found.stdout.strip()) / "git-http-backend").exists():
        raise NoGitError("git http-backend is not installed (some systems have it in a package git-daemon)")
    return git
