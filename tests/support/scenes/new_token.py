"""Words of `keyturn azure new-token` for the applications of the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator


VERB = ("keyturn", "azure", "new-token")
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"


@pytest.fixture
def place(emulator: Emulator) -> list[str]:
    """The options that lead to the emulator."""
    emulator.control.settings(device_interval=0)
    ready = emulator.ready
    return ["--tenant", ready.tenant, "--authority", ready.authority, "--ca-file", ready.ca_file]


@pytest.fixture
def service(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of the service principal."""
    identity = emulator.ready.clients["service"]["application_id"]
    return [*place, "--application-id", identity, "--service-principal", "--audience", DEVOPS]


@pytest.fixture
def device(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of a person, without the switch."""
    return [
        *place,
        "--client-id",
        emulator.ready.clients["device"]["application_id"],
        "--scopes",
        f"{DEVOPS}/vso.code",
    ]


@pytest.fixture
def secret(emulator: Emulator) -> str:
    return emulator.ready.clients["service"]["secret"]


def words(*argv: str, **values: str) -> list[str]:
    """A command as a guide has it, with the emulator's values in place of the made-up ones."""
    return [values.get(word.strip("<>"), word) for word in " ".join(argv).split()]
