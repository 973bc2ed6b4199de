"""A machine with git targets, and whom its git asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


CONFIG = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"https://dev.azure.com/contoso" = "me"
"https://git.example:8443" = { profile = "me", scopes = ["api://git/.default"] }
"""
HELPER = PROGRAMS / "git-credential-keyturn"


@pytest.fixture
def configured(machine: Machine) -> Machine:
    machine.configure(CONFIG)
    return machine


@pytest.fixture
def gitconfig(machine: Machine) -> Path:
    return machine.home / ".gitconfig"


def helpers_asked(machine: Machine, url: str) -> list[str]:
    """The commands of all helpers that git has for `url`, by its own trace of telling them that a password worked.

    `fill` would not show them: it stops at the first helper that answers.
    """
    told = f"url={url}\nusername=alice\npassword=planted\n\n"
    done = machine.run(need("git"), "credential", "approve", input=told, status=0, GIT_TRACE="1")
    lines = [line for line in done.stderr.splitlines() if "run_command:" in line]
    return [line.partition("run_command: ")[2] for line in lines]


STORE = '\n[git]\nstore = "memory"\n'
