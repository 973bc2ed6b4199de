"""`keyturn setup` as a whole, where there is nothing yet that a tool could be set up for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.machine.machine import Machine


def test_without_a_profile_it_says_what_comes_first(machine: Machine) -> None:
    refused = machine.run("keyturn", "setup", status=2)
    assert "keyturn: error: there is no configuration: " in refused.stderr
    machine.configure("")
    refused = machine.run("keyturn", "setup", status=2)
    assert "keyturn: error: there is no profile" in refused.stderr
    assert refused.stdout == ""
