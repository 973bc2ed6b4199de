"""docker's helper where no daemon runs yet, and the names it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.scenes.registry import RegistryScene

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


NOT_FOUND = "credentials not found in native keychain\n"


@pytest.fixture
def cold(machine: Machine, emulator: Emulator) -> RegistryScene:
    """A machine on which no daemon has run yet."""
    return RegistryScene(machine, emulator)
