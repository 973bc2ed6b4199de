"""README and guides are followed, block by block, by somebody who has nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.documents import reader
from support.documents.blocks import PAGES, name_of, to_follow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

WITH_BLOCKS = [page for page in PAGES if to_follow(page)]


@pytest.fixture(scope="module")
def named() -> Iterator[Emulator]:
    with reader.azure() as running:
        yield running


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=name_of)
def test_a_page_is_followed(page: Path, machine: Machine, named: Emulator) -> None:
    named.control.reset()
    named.control.settings(device_interval=1)
    with reader.Reader(machine, named) as somebody:
        somebody.read(page)
