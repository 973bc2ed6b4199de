"""A machine where nothing of keyturn has ever been, and the words of `init` for the emulator."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


CODE = r"enter the code (\S+)"


class Newcomer:
    """A machine where git trusts the emulator's CA, and nothing of keyturn has ever been."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator = machine, emulator
        machine.git("config", "--global", "http.sslCAInfo", emulator.ready.ca_file)
        emulator.control.settings(device_interval=0)
        self.tenant = emulator.ready.tenant

    def words(self, url: str, *more: str) -> tuple[str, ...]:
        """A server of one's own has no name that tells anything, so all of it is said."""
        ready, login = self.emulator.ready, urlsplit(self.emulator.ready.authority)
        application = ready.clients["device"]["application_id"]
        return (
            "keyturn", "init", url, "--service", "azure-devops", "--flow", "device-code", "--tenant", self.tenant,
            "--application-id", application, "--authority", f"https://{login.netloc}", "--ca-file", ready.ca_file,
            *more,
        )  # fmt: skip

    @property
    def written(self) -> dict[str, object]:
        """The configuration there is."""
        return tomllib.loads(self.machine.config_file.read_text(encoding="utf-8"))


@pytest.fixture
def newcomer(machine: Machine, emulator: Emulator) -> Newcomer:
    return Newcomer(machine, emulator)
