"""What the tests of the vault's key begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.daemon.key_home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state")
