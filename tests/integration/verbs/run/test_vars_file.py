"""`keyturn run --vars-file`: a file for as long as the command runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.needs import need
from support.scenes.awx import AwxScene, awx

__all__ = ["awx"]

RUN = ("keyturn", "run", "tower")


@pytest.fixture
def entrusted(awx: AwxScene) -> AwxScene:
    awx.entrust()
    return awx


def test_a_file_of_variables_for_as_long_as_the_command_runs(entrusted: AwxScene) -> None:
    """And what a killed remover has left is removed by the next."""
    runtime = entrusted.machine.socket.parent
    left = runtime / "vars-999999999-00000000.json"
    entrusted.token()
    left.touch(mode=0o600)
    process = entrusted.machine.start(*RUN, "--vars-file", "--", need("sh"), "-c", "echo $KEYTURN_VARS; exec cat")
    assert process.stdout is not None
    file = Path(process.stdout.readline().decode().rstrip())
    told = json.loads(file.read_text("utf-8"))
    assert told["controller_oauthtoken"] == told["aap_token"] == entrusted.token()
    assert {told["controller_host"], told["aap_hostname"]} == {entrusted.urls["tower"]}
    assert (file.stat().st_mode & 0o777, left.exists(), file.parent) == (0o600, False, runtime)
    process.kill()
    process.communicate()
    while file.exists():
        pass


@pytest.mark.root  # to be given a namespace
def test_a_container_with_our_directory_leaves_the_files_of_the_commands_outside(entrusted: AwxScene) -> None:
    """It sees none of their processes."""
    entrusted.token()
    process = entrusted.machine.start(*RUN, "--vars-file", "--", need("sh"), "-c", "echo $KEYTURN_VARS; exec cat")
    assert process.stdout is not None
    file = Path(process.stdout.readline().decode().rstrip())
    program = str(entrusted.machine.programs / RUN[0])
    inside = (need("unshare"), "--pid", "--fork", program, *RUN[1:])
    entrusted.machine.run(*inside, "--vars-file", "--", need("true"), status=0)
    assert json.loads(file.read_text("utf-8"))["aap_token"] == entrusted.token()
