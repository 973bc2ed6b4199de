"""Real git reads our answers: what `git credential fill` makes of them."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from keyturn.protocols.git_answers import NOTHING, QUIT, answer
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


def fill(said: bytes, directory: Path) -> subprocess.CompletedProcess[str]:
    """`git credential fill` for a host whose only helper says `said`."""
    (directory / "answer").write_bytes(said)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return subprocess.run(
        [need("git"), "-c", "credential.helper=!cat answer; true", "credential", "fill"],
        input="protocol=https\nhost=dev.azure.com\n\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        env=environment,
        timeout=30,
    )


def test_git_uses_the_answer(tmp_path: Path) -> None:
    expires_at = time.time() + 3600
    done = fill(answer(username="älice@contoso.example", token="eyJ0 =x", expires_at=expires_at), tmp_path)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert {"host=dev.azure.com", "username=älice@contoso.example", "password=eyJ0 =x"} <= set(lines)


def test_git_drops_an_expired_answer(tmp_path: Path) -> None:
    version = subprocess.run([need("git"), "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    done = fill(answer(username="alice", token="dead", expires_at=time.time() - 5), tmp_path)
    honours_expiry = tuple(int(part) for part in version.split(".")[:2]) >= (2, 40)
    assert ("password=dead" in done.stdout) is not honours_expiry


def test_git_stops_at_quit_without_asking(tmp_path: Path) -> None:
    done = fill(QUIT, tmp_path)
    assert done.returncode == 128
    assert "told us to quit" in done.stderr


def test_git_goes_on_after_nothing(tmp_path: Path) -> None:
    done = fill(NOTHING, tmp_path)
    assert "could not read Username" in done.stderr
