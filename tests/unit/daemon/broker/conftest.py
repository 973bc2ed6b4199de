"""What the broker's tests begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.daemon.brokers import Bench, service_profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    """A broker over an empty vault, but for the secret of the service profile."""
    made = Bench(tmp_path / "vault")
    await made.entrust(service_profile())
    return made
