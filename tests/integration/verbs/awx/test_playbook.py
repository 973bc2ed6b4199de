"""A real playbook under `keyturn run`: ansible-core and the collection awx.awx, over TLS, below a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from support.awx.ansible import programs
from support.needs import need
from support.places import VECTORS
from support.scenes.awx import PREFIX, SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from subprocess import CompletedProcess

__all__ = ["awx"]

PLAY = 'exec ansible-playbook -i localhost, -e @"$KEYTURN_VARS" -e profile="$PROFILE" "$PLAYBOOK"'


def play(awx: AwxScene, profile: str) -> CompletedProcess[str]:
    """Run the playbook; nothing but keyturn tells Ansible of a server."""
    variables: dict[str, Any] = {
        "PATH": f"{programs('ansible-playbook')}:{awx.machine.environment['PATH']}",
        "PROFILE": profile,
        "PLAYBOOK": str(VECTORS / "awx/playbook.yml"),
    }
    return awx.machine.run("keyturn", "run", profile, "--vars-file", "--", need("sh"), "-c", PLAY, **variables)


@pytest.mark.parametrize(("profile", "below"), [("tower", PREFIX), ("aap", PREFIX), ("aap-2026", "")])
def test_modules_lookups_and_variables_share_one_token(profile: str, below: str, awx: AwxScene) -> None:
    """None is made by Ansible, and none is shown by it."""
    awx.move(profile, below)
    awx.entrust(profile)
    played = play(awx, profile)
    assert (played.returncode, played.stderr) == (0, ""), played.stdout
    found = re.search(r"ok=(\d+) +changed=(\d+) +unreachable=0 +failed=0 +skipped=(\d+)", played.stdout)
    assert found is not None, played.stdout
    assert found.groups() == (("6", "0", "1") if below else ("7", "1", "0"))
    assert awx.token(profile) not in played.stdout
    assert awx.emulator.control.count(f"{SERVERS[profile]}.tokens.create") == 1
    assert len(awx.live(profile)) == 1
    awx.machine.run("keyturn", "logout", profile, status=0)
    assert awx.live(profile) == []
