"""Who wants a credential, with real processes under the names that git and git-lfs have."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Self

import pytest

from keyturnd.callers.gits import asker_of, client_of
from keyturnd.callers.peer import Tool, tool_behind

if TYPE_CHECKING:
    from pathlib import Path

# Runs what its arguments say, as a child, and passes on its output. A chain of these is a chain of processes.
STAND_IN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[sys.argv.index('--') + 1:]).returncode)"
HELPER = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"


class Chain:
    """Processes, each the parent of the next; the last one is the helper, whose pid `helper` is."""

    def __init__(self, directory: Path, *links: tuple[str, ...]) -> None:
        command: list[str] = [sys.executable, "-c", HELPER]
        for name, *words in reversed(links):
            program = directory / name
            if not program.exists():
                shutil.copy2(sys.executable, program)
            script = directory / f"{name}.py"
            script.write_text(STAND_IN)
            command = [str(program), *_as_words(words, script), "--", *command]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.helper = int(self._process.stdout.readline())
        self.first = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _as_words(words: list[str], script: Path) -> list[str]:
    """What makes Python run `script` and look as if it had been called with `words`."""
    return [*words, str(script)] if words == ["-c"] else ["-I", str(script), *words]


FILL = ("git", "credential", "fill")


@pytest.mark.parametrize(
    "between",
    [(), (FILL,), (("git", "-C", "/", "credential", "fill"),), (("git", "credential-keyturn", "get"), FILL)],
    ids=len,
)
@pytest.mark.parametrize("name", ["git-remote-http", "git-remote-https", "git-lfs"])
def test_one_that_asks_again_only_when_refused_is_found(
    tmp_path: Path, name: str, between: tuple[tuple[str, ...], ...]
) -> None:
    with Chain(tmp_path, (name, "origin"), *between) as chain:
        asker = asker_of(chain.helper)
        client = client_of(asker, "h/a")
        assert client is not None
        assert client.tool.pid == chain.first
        assert client.place == "h/a"


@pytest.mark.parametrize("name", ["code", "pygit2-program"])
def test_a_program_that_may_ask_twice_for_other_reasons_is_no_client(tmp_path: Path, name: str) -> None:
    with Chain(tmp_path, (name, "serve"), FILL) as chain:
        asker = asker_of(chain.helper)
        assert asker is not None
        assert asker.pid == chain.first
        assert client_of(asker, "h/a") is None


def test_where_nobody_can_be_found_nobody_is() -> None:
    assert asker_of(2**22 + 1) is None
    assert client_of(None, "h/a") is None
    assert client_of(Tool(2**22 + 1, 0), "h/a") is None


def test_git_is_passed_over_through_the_shell_that_starts_a_helper(tmp_path: Path) -> None:
    command = f"{sys.executable} -c '{HELPER}' git-credential-keyturn; :"
    with subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        helper = int(shell.stdout.readline())
        assert asker_of(helper) == tool_behind(shell.pid)
        shell.communicate()
