"""Ansible's programs, which contrib/ansible.sh has put into an environment of their own."""

from __future__ import annotations

import os
from pathlib import Path

from support.needs import absent

DIRECTORY = "KEYTURN_ANSIBLE"
"""The directory that contrib/ansible.sh filled."""


def programs(needed: str) -> str:
    """The directory with the program `needed`; the test is skipped, or in CI failed, without it."""
    directory = os.environ.get(DIRECTORY)
    if directory is None or not Path(directory, "bin", needed).exists():
        absent(f"{DIRECTORY} names no directory that contrib/ansible.sh filled with {needed}")
    return str(Path(directory, "bin"))
