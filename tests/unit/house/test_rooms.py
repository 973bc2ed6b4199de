"""What import-linter cannot see of the house: how full its rooms are, and whether the doorplate is true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support import places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("helper/keyturn", "daemon/keyturnd", "contrib/keyturn_emulator")
FULL = 14
LONG = 250


def _rooms(package: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Every folder of `package` that holds modules, with those it holds besides `__init__`."""
    for folder in sorted({module.parent for module in package.rglob("*.py")}):
        yield folder, [module for module in folder.glob("*.py") if module.name != "__init__.py"]


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_no_room_holds_more_modules_than_a_reader_takes_in(package: str) -> None:
    rooms = dict(_rooms(places.REPOSITORY / package))
    assert any(rooms.values()), "nothing was looked at"
    assert {str(room): len(modules) for room, modules in rooms.items() if len(modules) > FULL} == {}


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_no_module_is_longer_than_a_reader_keeps_in_mind(package: str) -> None:
    modules = [module for _, found in _rooms(places.REPOSITORY / package) for module in found]
    assert modules, "nothing was looked at"
    lengths = {str(module): len(module.read_text("utf-8").splitlines()) for module in modules}
    assert {module: lines for module, lines in lengths.items() if lines > LONG} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_is_a_package_so_that_import_linter_sees_it(package: str) -> None:
    assert [room for room, _ in _rooms(places.REPOSITORY / package) if not (room / "__init__.py").is_file()] == []


def test_the_doorplate_names_every_room_and_none_that_is_not_there() -> None:
    guide = (places.REPOSITORY / "contrib/guides/architecture.md").read_text("utf-8")
    plate = guide.partition("## Where things are\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([^`]+)`", plate, flags=re.MULTILINE)
    assert named, "the guide has no table under this heading"
    assert [path for path in named if not (places.REPOSITORY / path).exists()] == []
    rooms = [room for package in PACKAGES[:2] for room in (places.REPOSITORY / package).glob("*/__init__.py")]
    assert {f"{room.parent.relative_to(places.REPOSITORY)}/" for room in rooms} <= set(named)
