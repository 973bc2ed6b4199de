"""The key that Azure Arc has us read: never a larger file than its keys are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturnd.acquire.entra.managed import arc
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_has_four_kibibytes_at_most(tmp_path: Path) -> None:
    """reference/entra.md section 2, heading "Managed identity"."""
    key = tmp_path / "a.key"
    key.write_text("k" * 4096, "ascii")
    assert arc._read(str(key)) == "k" * 4096
    key.write_text("k" * 4097, "ascii")
    with pytest.raises(Failed, match="larger than 4 KiB"):
        arc._read(str(key))
