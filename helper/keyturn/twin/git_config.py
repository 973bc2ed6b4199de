"""What git's configuration says where git runs its helpers: in the work tree, with what `-c` has set."""

from __future__ import annotations

import os
import subprocess

PATIENCE = 5.0
"""Seconds for `git config`, which takes a few milliseconds."""


def read(*arguments: str) -> str | None:
    """What `git config` prints for `arguments`, with U+FFFD for what is not UTF-8.

    None where it prints nothing fit: the setting is not there, or git cannot read its configuration.
    """
    # GIT_CONFIG leads `git config` elsewhere, and no other command of git's.
    environment = {name: value for name, value in os.environ.items() if name != "GIT_CONFIG"}
    command = ["git", "config", *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=PATIENCE, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")
