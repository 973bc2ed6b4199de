"""How the helper's path is written for git, which gives it to a shell."""

from __future__ import annotations

import subprocess

import pytest

from keyturn.errors import Refused
from keyturn.verbs.setup.git.sections import shell_word

PATHS = [
    "/usr/bin/git-credential-keyturn",
    '/home/o\'brien/my "venv"/bin/git-credential-keyturn',
    "/$HOME/`id`/$(id)/a;b&c|d<e>f#g/~/*?[x]{1,2}/!x/tab\there/\\n/ü ö",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_shell_reads_the_very_path(path: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {shell_word(path)}"], capture_output=True, check=True)
    assert done.stdout.decode() == path


@pytest.mark.parametrize("path", PATHS)
def test_git_sees_an_absolute_path(path: str) -> None:
    assert shell_word(path).startswith("/")


def test_a_plain_path_stays_as_it_is() -> None:
    assert shell_word(PATHS[0]) == PATHS[0]


@pytest.mark.parametrize("path", ["/line\nbreak/git-credential-keyturn", "relative/git-credential-keyturn"])
def test_paths_that_git_cannot_call(path: str) -> None:
    with pytest.raises(Refused):
        shell_word(path)
