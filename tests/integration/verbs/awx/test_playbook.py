"""A real playbook under `keyturn run`: ansible-core and the collection awx.awx, over TLS, below a path."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import absent, need
from support.places import VECTORS
from support.scenes.awx import PREFIX, SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["awx"]

ANSIBLE = "KEYTURN_ANSIBLE"
"""The directory that contrib/ansible.sh filled."""
PLAY = 'exec ansible-playbook -i localhost, -e @"$KEYTURN_VARS" -e profile="$PROFILE" "$PLAYBOOK"'


def play(awx: AwxScene, profile: str) -> CompletedProcess[str]:
    """Run the playbook; nothing but keyturn tells Ansible of a server."""
    directory = os.environ.get(ANSIBLE)
    if directory is None:
        absent(f"{ANSIBLE} names no directory that contrib/ansible.sh filled")
    variables: dict[str, Any] = {
        "PATH": f"{directory}/bin:{awx.machine.environment['PATH']}",
        "PROFILE": profile,
        "PLAYBOOK": str(VECTORS / "awx/playbook.yml"),
    }
    return awx.machine.run("keyturn", "run", profile, "--vars-file", "--", need("sh"), "-c", PLAY, **variables)


@pytest.mark.parametrize("profile", ["tower", "aap-2026"])
def test_modules_lookups_and_variables_share_one_token(profile: str, awx: AwxScene) -> None:
    """None is made by Ansible, and none is shown by it."""
    awx.move(profile, PREFIX)
    awx.entrust(profile)
    played = play(awx, profile)
    assert (played.returncode, played.stderr) == (0, ""), played.stdout
    assert re.search(r"ok=6 +changed=0 +unreachable=0 +failed=0", played.stdout), played.stdout
    assert awx.token(profile) not in played.stdout
    assert awx.emulator.control.count(f"{SERVERS[profile]}.tokens.create") == 1
    assert len(awx.live(profile)) == 1
    awx.machine.run("keyturn", "logout", profile, status=0)
    assert awx.live(profile) == []
