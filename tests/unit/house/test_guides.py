"""The guide to the configuration names all there is, and nothing that there is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from keyturn import errors
from keyturn.configuration.profiles import awx, entra
from keyturn.configuration.profiles.flows import awx as flows_of_awx
from keyturn.configuration.profiles.flows import entra as flows_of_entra
from keyturn.configuration.profiles.uses import PROTOCOLS
from support import places

if TYPE_CHECKING:
    from collections.abc import Iterable

GUIDE = (places.REPOSITORY / "contrib/guides/configuration.md").read_text("utf-8")
OF_OTHERS = re.compile(r"""environ\.get\(["']([A-Z_]+)""")
READ_BY_US = re.compile(r"""environ(?:\.get\(|\[|, )["'](KEYTURN_[A-Z_]+)|(KEYTURN_(?:CONFIG|STATE|SOCKET|LOG))\b""")


def section(heading: str) -> str:
    """What stands below a heading, up to the next one."""
    return GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0].partition("\n### ")[0]


def named(text: str) -> set[str]:
    """What stands in backquotes."""
    return {word.strip('"') for word in re.findall(r"`([^`]+)`", text)}


@pytest.mark.parametrize(("provider", "keys"), [("entra", entra.KEYS), ("awx", awx.KEYS)])
def test_every_key_of_a_profile(provider: str, keys: Iterable[str]) -> None:
    below = named(section(f'`[profile.NAME]` with `provider = "{provider}"`'))
    assert set(keys) - {"provider"} <= below


def test_every_flow_and_protocol() -> None:
    flows = {str(flow.__struct_config__.tag) for flow in (*flows_of_entra.FLOWS, *flows_of_awx.FLOWS)}
    assert {*flows, *PROTOCOLS} <= named(GUIDE)


def test_every_variable_that_is_read() -> None:
    sources = [*(places.REPOSITORY / "helper").rglob("*.py"), *(places.REPOSITORY / "daemon").rglob("*.py")]
    found = {
        name for path in sources for pair in READ_BY_US.findall(path.read_text("utf-8")) for name in pair if name
    }
    assert {"KEYTURN_CONFIG", "KEYTURN_LOG"} <= found
    assert found <= named(section("Variables"))


def test_every_variable_of_others_that_is_read() -> None:
    sources = [*(places.REPOSITORY / "helper/keyturn").rglob("*.py"), *(places.REPOSITORY / "daemon").rglob("*.py")]
    found = {name for path in sources for name in OF_OTHERS.findall(path.read_text("utf-8"))}
    assert "XDG_RUNTIME_DIR" in found
    assert found <= named(section("Variables"))


def test_every_exit_status() -> None:
    known = {
        error.exit_status
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.KeyturnError)
    }
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", section("Exit statuses"), flags=re.MULTILINE)}
    assert told == known | {0, 130}


def test_links_between_guides_lead_somewhere() -> None:
    for page in [places.REPOSITORY / "README.md", *(places.REPOSITORY / "contrib/guides").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
