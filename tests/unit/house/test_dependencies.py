"""What is imported is what pyproject.toml asks for: the tests' environment holds more, and would not notice."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support import places

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = {"keyturn", "keyturnd", "keyturn_emulator"}
BROUGHT = {"certifi", "secretstorage"}  # by httpx, and by keyring on Linux


def _imported(package: str) -> Iterator[str]:
    """The top-level names that `package`'s modules import, wherever in a module they do."""
    for module in (places.REPOSITORY / package).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def _asked_for(*, demo: bool) -> set[str]:
    project = tomllib.loads((places.REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = project["dependencies"] + (project["optional-dependencies"]["demo"] if demo else [])
    return {canonicalize_name(Requirement(requirement).name) for requirement in requirements}


@pytest.mark.parametrize("package", ["helper/keyturn", "daemon/keyturnd", "contrib/keyturn_emulator"])
def test_every_library_that_is_imported_is_asked_for(package: str) -> None:
    foreign = set(_imported(package)) - sys.stdlib_module_names - OURS
    assert foreign, "nothing was looked at"
    homes = packages_distributions()
    distributions = {canonicalize_name(name) for module in foreign for name in homes.get(module, [module])}
    assert distributions - BROUGHT - _asked_for(demo=package.startswith("contrib")) == set()


def test_the_readme_gives_a_reason_for_every_dependency() -> None:
    table = (
        (places.REPOSITORY / "README.md").read_text("utf-8").partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    )
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    named = {canonicalize_name(name.strip()) for cell in cells for name in cell.split(",")}
    assert _asked_for(demo=True) - named == set()
