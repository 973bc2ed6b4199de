"""README and guides are followed, block by block, by somebody who has nothing else."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from keyturn_emulator import real_names
from support.documents.blocks import PAGES, name_of, to_follow
from support.documents.reader import Reader, begins_with_init
from support.machine.machine import Machine
from support.places import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn_emulator.launch import Emulator

WITH_BLOCKS = [page for page in PAGES if to_follow(page)]


@pytest.fixture(scope="module")
def named() -> Iterator[Emulator]:
    with real_names.emulator() as running:
        running.control.settings(device_interval=0)
        yield running


@pytest.fixture(scope="module")
def begun(named: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of somebody who has done what the README begins with; guides take that for granted."""
    with Machine(tmp_path_factory.mktemp("begun")) as machine, Reader(machine, named) as somebody:
        somebody.begin()
        machine.stop()
        return machine.home


def test_every_file_that_comes_about_is_told(begun: Path) -> None:
    state = begun / ".local/state/keyturn"
    files = {path.name for path in state.iterdir() if path.is_file()}
    told = (REPOSITORY / "contrib/guides/configuration.md").read_text("utf-8")
    assert "vault.key" in files
    assert {name for name in files if f"`{name}`" not in told} == set()


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=name_of)
def test_a_page_is_followed(page: Path, machine: Machine, named: Emulator, begun: Path) -> None:
    if not begins_with_init(page):
        shutil.copytree(begun, machine.home, dirs_exist_ok=True)
    with Reader(machine, named) as somebody:
        for block in to_follow(page):
            somebody.follow(block)
