"""The daemon killed while AWX is at each of its requests; the next command starts another, and one token is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from support.emulator.client import trusting

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


def configure(machine: Machine, emulator: Emulator, scope: str) -> None:
    machine.configure(
        f"""
[profile.tower]
provider = "awx"
flow = "password"
url = "{emulator.ready.controller}"
username = "alice"
scope = "{scope}"
ca_file = "{emulator.ready.ca_file}"
"""
    )


def is_accepted(emulator: Emulator, token: str) -> bool:
    with httpx.Client(verify=trusting(emulator.ready.ca_file), trust_env=False) as client:
        url = f"{emulator.ready.controller}/api/v2/me/"
        return client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("endpoint", ["discovery", "tokens.create", "tokens.list", "tokens.delete"])
def test_killed_at_each_request(machine: Machine, emulator: Emulator, endpoint: str) -> None:
    """A profile with a token that gets another scope: the old token creates the new one, and is deleted."""
    configure(machine, emulator, "write")
    machine.run("keyturn", "secret", "set", "tower", "-", input=emulator.ready.awx_users["alice"], status=0)
    old = machine.run("keyturn", "token", "tower", status=0).stdout.strip()
    configure(machine, emulator, "read")
    emulator.control.fault(f"controller.{endpoint}", "hold")
    interrupted = machine.start("keyturn", "token", "tower")
    emulator.control.wait("fault.hold")
    machine.kill_daemon()
    interrupted.communicate()
    emulator.control.release()
    if endpoint == "tokens.create":  # which the server has whole, and carries out; later than this: test_orphans
        emulator.control.wait("controller.created.bearer")
    new = machine.run("keyturn", "token", "tower", status=0).stdout.strip()
    assert is_accepted(emulator, new)
    assert not is_accepted(emulator, old)
    assert [row["scope"] for row in emulator.control.awx_tokens("controller")] == ["read"]
