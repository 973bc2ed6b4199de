"""A private directory, and how it says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturnd.vault.durable import PrivateDirectory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> PrivateDirectory:
    return PrivateDirectory(tmp_path / "state")


def refusal(action: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(StateError) as raised:
        action()
    return raised.value.sentence, raised.value.hint
