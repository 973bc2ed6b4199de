"""A machine with the profiles `tower` (an AWX controller), `aap` and `aap-2026` (platform gateways)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

SERVERS = {"tower": "controller", "aap": "gateway", "aap-2026": "gateway-2026"}
PREFIX = "/tower"
"""Where a proxy offers each server, too."""
USER = "alice"


class AwxScene:
    """A machine and the emulator's AWX servers. `password` is that of the user of both profiles."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine = machine
        self.emulator = emulator
        ready = emulator.ready
        self.urls = {"tower": ready.controller, "aap": ready.gateway, "aap-2026": ready.gateway_2026}
        self.password = emulator.ready.awx_users[USER]
        second = ready.awx_config[ready.awx_config.index("[profile.aap]") :]
        newest = second.replace("[profile.aap]", "[profile.aap-2026]").replace(ready.gateway, ready.gateway_2026)
        self.config = f"{ready.awx_config}\n{newest}"
        machine.configure(self.config)

    def entrust(self, profile: str = "tower") -> None:
        """Give the profile its password."""
        self.machine.run("keyturn", "secret", "set", profile, "-", input=f"{self.password}\n", status=0)

    def token(self, profile: str = "tower") -> str:
        """The token that keyturn has."""
        return str(self.machine.json("token", profile)["access_token"])

    def live(self, profile: str = "tower") -> list[dict[str, Any]]:
        """The user's tokens that the server accepts."""
        return self.emulator.control.awx_tokens(SERVERS[profile], user=USER)

    def change(self, line: str, profile: str = "tower") -> None:
        """Add a line to a profile."""
        head = f"[profile.{profile}]\n"
        self.machine.configure(self.config.replace(head, f"{head}{line}\n"))

    def move(self, profile: str, below: str) -> str:
        """Let a profile's server be reached below a path; the URL."""
        url = f"{self.urls[profile]}{below}"
        self.machine.configure(self.config.replace(f'"{self.urls[profile]}"', f'"{url}"'))
        return url

    def lose(self, profile: str = "tower") -> None:
        """Let the server of a profile be nowhere to be found."""
        self.machine.configure(self.config.replace(self.urls[profile], "https://127.0.0.1:1"))


@pytest.fixture
def awx(machine: Machine, emulator: Emulator) -> AwxScene:
    """Set up, with nobody signed in."""
    return AwxScene(machine, emulator)
