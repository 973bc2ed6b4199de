"""The real ansible-rulebook under `keyturn run`: one event, one job. It takes Java, so that CI does without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.awx.ansible import programs
from support.places import VECTORS
from support.scenes.awx import PREFIX, SERVERS, AwxScene, awx

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["awx"]

INVENTORY = "all: {hosts: {localhost: {ansible_connection: local}}}\n"


@pytest.mark.long
@pytest.mark.parametrize(("profile", "below"), [("tower", ""), ("tower", PREFIX), ("aap", ""), ("aap-2026", PREFIX)])
def test_an_event_starts_a_job(profile: str, below: str, awx: AwxScene, tmp_path: Path) -> None:
    """On both kinds of server, below a path too; it is told nothing of a server, a token or whom to trust."""
    awx.move(profile, below)
    awx.entrust(profile)
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(INVENTORY, encoding="utf-8")
    rulebook = f"{programs('ansible-rulebook')}/ansible-rulebook"
    words = (rulebook, "--rulebook", str(VECTORS / "awx/rulebook.yml"), "-i", str(inventory))
    awx.machine.run("keyturn", "run", profile, "--", *words, status=0)
    server = SERVERS[profile]
    assert awx.emulator.control.count(f"{server}.jobs.launch") == 1
    assert awx.emulator.control.count(f"{server}.tokens.create") == 1
    awx.machine.run("keyturn", "logout", profile, status=0)
    assert awx.live(profile) == []
