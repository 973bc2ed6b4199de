"""`keyturn login` at a provider that takes the request and says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.acquisition.processes import certificates, silent
from support.machine.machine import machine
from support.machine.terminal import INTERRUPT

if TYPE_CHECKING:
    from support.acquisition.scripted_provider import ScriptedProvider
    from support.machine.machine import Machine

__all__ = ["certificates", "machine", "silent"]

PROFILE = """[profile.ci]
provider = "entra"
tenant = "22222222-2222-2222-2222-222222222222"
authority = "{base}"
ca_file = "{ca_file}"
flow = "client-secret"
application_id = "11111111-1111-1111-1111-111111111111"
audiences = ["graph"]
"""


def test_who_is_asked_is_told_and_the_line_is_taken_back(machine: Machine, silent: ScriptedProvider) -> None:
    machine.configure(PROFILE.format(base=silent.base, ca_file=silent.ca_file))
    machine.run("keyturn", "secret", "set", "ci", "-", input="planted-secret\n", status=0)
    with machine.terminal("keyturn", "login", "ci", TERM="xterm") as terminal:
        terminal.wait_for("asking the provider, Ctrl-C gives up")
        silent.wait_for_post()
        terminal.type(INTERRUPT)
        assert terminal.end() == 130
        assert terminal.seen.endswith("\r\x1b[K\n")
