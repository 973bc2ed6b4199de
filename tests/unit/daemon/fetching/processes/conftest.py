"""Who follows an acquisition in this room's tests."""

from __future__ import annotations

import pytest

from support.daemon.played import Audience


@pytest.fixture
def audience() -> Audience:
    return Audience()
