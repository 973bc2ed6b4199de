"""What MSAL asks the emulator with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn_emulator.launch import Emulator


@pytest.fixture
def session(emulator: Emulator) -> Iterator[requests.Session]:
    """MSAL's transport, deaf to the environment's proxies and certificate bundles."""
    with requests.Session() as made:
        made.trust_env = False
        made.verify = emulator.ready.ca_file
        yield made
