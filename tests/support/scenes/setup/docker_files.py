"""A machine with docker targets, and the files that docker and podman read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine


CONFIG = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.docker]
"contoso.azurecr.io" = "me"
"registry.example:8443" = { profile = "me", service = "acr" }
"""
REGISTRIES = ["contoso.azurecr.io", "registry.example:8443"]
OURS = dict.fromkeys(REGISTRIES, "keyturn")


@pytest.fixture
def configured(machine: Machine) -> Machine:
    """Whatever stores for passwords this machine has, docker would find none of them there."""
    machine.configure(CONFIG)
    machine.environment["PATH"] = str(PROGRAMS)
    return machine


@pytest.fixture
def docker_file(machine: Machine) -> Path:
    return machine.home / ".docker/config.json"


@pytest.fixture
def podman_file(machine: Machine) -> Path:
    return machine.home / ".config/containers/auth.json"


def helpers(file: Path) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(file.read_bytes()).get("credHelpers")
    return found


def everything(machine: Machine) -> dict[Path, tuple[int, ...]]:
    """What would show that a file was written."""
    found = {path: path.lstat() for path in machine.home.rglob("*")}
    return {path: (status.st_ino, status.st_mtime_ns, status.st_size) for path, status in found.items()}


def write(file: Path, text: str) -> bytes:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text)
    return file.read_bytes()


def with_programs(machine: Machine, *names: str) -> str:
    """A PATH on which these are found besides keyturn and kubectl, and no store of this machine's own."""
    place = machine.home / "programs"
    place.mkdir(exist_ok=True)
    for name in names:
        (place / name).write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
        (place / name).chmod(0o755)
    return f"{place}:{PROGRAMS}"
