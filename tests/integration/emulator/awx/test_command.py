"""The real `awx` command (awxkit) against the emulated servers, with a token from the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.awx.client import AwxClient
from support.needs import need

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

# awxkit reads the API's root from this; the controller behind the gateway has another one.
BEHIND = {"controller": {}, "gateway": {"AWXKIT_API_BASE_PATH": "/api/controller/"}}


def awx_command() -> str:
    """The command, beside the running interpreter or on PATH."""
    beside = Path(sys.executable).with_name("awx")
    return str(beside) if beside.exists() else need("awx")


def run(emulator: Emulator, server: str, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`awx ARGUMENTS` with nothing of our own environment."""
    ready = emulator.ready
    environment = {
        "PATH": os.environ["PATH"],
        "CONTROLLER_HOST": {"controller": ready.controller, "gateway": ready.gateway}[server],
        "CONTROLLER_OAUTH_TOKEN": token,
        "REQUESTS_CA_BUNDLE": ready.ca_file,
        **BEHIND[server],
    }
    command = [awx_command(), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("server", ["controller", "gateway"])
def test_reading_with_a_token(emulator: Emulator, server: str) -> None:
    with AwxClient(emulator, server) as client:
        token = client.create(scope="read")["token"]
    assert answer(run(emulator, server, token, "me"))["results"][0]["username"] == "alice"
    table = run(emulator, server, token, "job_templates", "list", "-f", "human")
    assert "Demo Job Template" in table.stdout, table.stderr
    assert answer(run(emulator, server, token, "organizations", "get", "Default"))["id"] == 1
    assert emulator.control.count(f"{server}.authorized.basic") == 1


def test_a_wrong_token(emulator: Emulator) -> None:
    done = run(emulator, "controller", "wrong", "me")
    assert done.returncode == 1
    assert "Valid credentials were not provided." in done.stderr


def test_making_and_deleting_tokens(emulator: Emulator) -> None:
    with AwxClient(emulator, "controller") as client:
        made = client.create()
        fields = ("tokens", "create", "--scope", "read", "--description", "by awx", "--conf.color", "f")
        created = answer(run(emulator, "controller", made["token"], *fields))
        assert client.status(created["token"]) == 200
        run(emulator, "controller", made["token"], "tokens", "delete", str(created["id"]))
        assert client.status(created["token"]) == 401
