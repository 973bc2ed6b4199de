"""README and guides: short, linked, their blocks marked, and every error told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from keyturn.kinds_of_hints import printed
from keyturn.problems import BY_KIND
from keyturnd.acquire.entra import aadsts
from keyturnd.messages.identities import EntraIdentity
from support import places
from support.documents.blocks import PAGES, RUN, SHOWN, blocks_of, name_of

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 250
TOPS = ("helper", "daemon", "contrib", "tests", "findings")
GUIDES = places.REPOSITORY / "contrib/guides"
UNTRIED = {
    "README.md": 2,
    "guides/awx.md": 2,
    "guides/entra-flows.md": 2,
    "guides/feeds.md": 2,
    "guides/git.md": 1,
    "guides/new-secmgmtaccesstoken.md": 1,
    "guides/packaging.md": 1,
    "guides/speed.md": 2,
    "guides/tests.md": 2,
}
"""How many blocks of commands of each page the tests do not run; each of them says why to its reader."""


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len((places.REPOSITORY / "README.md").read_text("utf-8").splitlines()) <= LONGEST


def test_every_block_says_what_it_is_and_few_are_not_run() -> None:
    assert {block.language for page in PAGES for block in blocks_of(page)} <= RUN | SHOWN
    untried = {name_of(page): sum(block.untried is not None for block in blocks_of(page)) for page in PAGES}
    assert {name: count for name, count in untried.items() if count} == UNTRIED


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_hides_from_the_tests(page: Path) -> None:
    """One that is only indented, or of a language that is not run and begins with a command of ours."""
    content = page.read_text("utf-8")
    assert re.findall(r"\n\n {4}\S.*", content) == []
    shown = "".join(block.text for block in blocks_of(page) if block.language == "text")
    assert re.findall(r"^\$ |^keyturn [a-z]", shown, flags=re.MULTILINE) == []


def test_the_index_has_every_guide() -> None:
    index = (GUIDES / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([a-z-]+\.md)\)", index))
    assert linked == {page.name for page in GUIDES.glob("*.md")} - {"README.md"}


def test_every_kind_of_error_and_every_number_of_entra_id_is_told() -> None:
    told = (GUIDES / "errors.md").read_text("utf-8")
    kinds = dict(re.findall(r"^\| `([a-z-]+)` \| (\d) \|", told, flags=re.MULTILINE))
    assert kinds == {kind: str(error.exit_status) for kind, error in BY_KIND.items()}
    rows = re.findall(r"^\| (\d{5,}(?:, \d{5,})*) \| (.*) \|$", told.replace("`", ""), flags=re.MULTILINE)
    advice = {int(number): said for numbers, said in rows for number in numbers.split(", ")}
    somebody = EntraIdentity("PROFILE", "browser", "APPLICATION_ID", "AUTHORITY")
    hints = {number: printed(hint(somebody)).replace("`", "") for number, hint in aadsts.HINTS.items()}
    assert advice == hints


def test_the_architecture_names_modules_and_rooms_that_are_there() -> None:
    """Each by the end of its path, as the guide writes it."""
    guide = (GUIDES / "architecture.md").read_text("utf-8")
    modules, rooms = re.findall(r"`([\w/]+\.(?:py|c))`", guide), re.findall(r"`([\w/]+)/`", guide)
    tops = [places.REPOSITORY / top for top in TOPS]
    there = [f"/{path.relative_to(places.REPOSITORY)}" for top in tops for path in (top, *top.rglob("*"))]
    assert min(len(modules), len(rooms)) > 20
    assert [name for name in modules + rooms if not any(path.endswith(f"/{name}") for path in there)] == []
