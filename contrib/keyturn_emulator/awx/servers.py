"""The servers of one run, and what whoever started it is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.awx.dialect import CONTROLLER, DIALECTS, GATEWAY
from keyturn_emulator.awx.routes import endpoint_namer
from keyturn_emulator.awx.service import AwxService
from keyturn_emulator.awx.state.people import People
from keyturn_emulator.awx.state.server import Server
from keyturn_emulator.serving.edge import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.settings import Settings

PROFILES = {CONTROLLER.name: "tower", GATEWAY.name: "aap"}
USERNAME = "alice"

PROFILE = """
[profile.{name}]
provider = "awx"
flow = "password"
url = "{url}"
username = "{username}"
ca_file = "{ca_file}"
"""


@dataclass(frozen=True)
class Facts:
    """Of the ready line: addresses by server, passwords by name, and what is registered on each server."""

    urls: dict[str, str]
    users: dict[str, str] = field(repr=False)
    applications: dict[str, dict[str, str | int]]
    config: str


class AwxServers:
    """A controller and two gateways with the same accounts, each on a port of its own."""

    def __init__(self, ports: Mapping[str, int], clock: Clock, settings: Settings, ledger: Ledger) -> None:
        self.people = People()
        self.servers = {each.name: Server(each, self.people, clock, settings, ledger) for each in DIALECTS}
        self._urls = {name: f"https://127.0.0.1:{ports[name]}" for name in self.servers}

    def services(self) -> list[Service]:
        """One for each port."""
        return [
            Service(name, AwxService(server), endpoint_namer(server.dialect)) for name, server in self.servers.items()
        ]

    def facts(self, ca_file: Path) -> Facts:
        """What there is to know."""
        applications: dict[str, dict[str, str | int]] = {}
        for name, server in self.servers.items():
            applications[name] = {"id": server.application.id, "client_id": server.application.client_id}
        profiles = [
            PROFILE.format(name=profile, url=self._urls[name], username=USERNAME, ca_file=ca_file)
            for name, profile in PROFILES.items()
        ]
        users = dict(self.people.passwords)
        return Facts(dict(self._urls), users=users, applications=applications, config="".join(profiles))

    def server(self, name: str) -> Server:
        """The server of that name; ValueError if there is none."""
        if name not in self.servers:
            raise ValueError(f"server is one of {', '.join(self.servers)}")
        return self.servers[name]

    def reset(self) -> None:
        """Everything as it was at the start."""
        self.people.reset()
        for server in self.servers.values():
            server.reset()
