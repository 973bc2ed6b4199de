"""The maps from a reference's rows to what proves them name tests and vectors that are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support import places

if TYPE_CHECKING:
    from pathlib import Path

TESTS = places.VECTORS.parent
MAPS = [places.VECTORS / room / "README.md" for room in ("docker", "kube")]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.parent.name)
def test_every_proof_is_there(path: Path) -> None:
    named = re.findall(r"`((?:unit|integration|faults|vectors)/[^`]+)`", path.read_text("utf-8"))
    assert len(named) > 20
    missing = []
    for file, _, test in (entry.partition("::") for entry in named):
        source = (TESTS / file).read_text("utf-8") if (TESTS / file).is_file() else ""
        if not source or (test and not re.search(rf"^(?:async )?def {test}\(", source, re.MULTILINE)):
            missing.append(f"{file}::{test}")
    assert missing == []
