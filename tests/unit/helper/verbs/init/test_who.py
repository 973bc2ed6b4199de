"""Whose a place is already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.config import parse
from keyturn.verbs.init.command import options_of
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.who import as_written, named, offered_profiles

if TYPE_CHECKING:
    from keyturn.configuration.targets.entries import Protocol
    from keyturn.verbs.init.places import Service

CONFIG = parse(
    Path("config.toml"),
    b"""
[profile.work]
provider = "entra"
flow = "browser"
application_id = "preset:azure-cli"
[profile.dev]
provider = "entra"
flow = "device-code"
application_id = "preset:azure-cli"
protocols = ["git", "token"]
[profile.1]
provider = "entra"
flow = "device-code"
application_id = "preset:azure-cli"
[profile.tower]
provider = "awx"
url = "https://awx.example"
flow = "token"
[targets.git]
"https://dev.azure.com/contoso" = "work"
[targets.docker]
"contoso.azurecr.io" = "work"
""",
)
GIT, ACR = "https://dev.azure.com/contoso", "contoso.azurecr.io"


@pytest.mark.parametrize(
    ("service", "key", "written"),
    [
        ("azure-devops", "https://dev.azure.com/Contoso", GIT),
        ("azure-devops", GIT, GIT),
        ("azure-devops", "https://dev.azure.com/contoso/demo", None),
        ("azure-devops", "https://dev.azure.com/contosos", None),
        ("acr", ACR, ACR),
        ("acr", "contoso2.azurecr.io", None),
    ],
)
def test_an_organization_is_known_in_any_spelling(service: Service, key: str, written: str | None) -> None:
    place = Place(service, key, key)
    assert as_written(CONFIG, place).key == (written or key)
    assert named(CONFIG, place, options_of([key])) == ("work" if written else None)


@pytest.mark.parametrize(
    ("words", "tools", "offered"),
    [
        ((), {"git"}, ["work", "dev"]),
        ((), {"git", "docker"}, ["work"]),
        (("--tenant", "contoso.example"), {"git"}, []),
        (("--profile", "new"), {"git"}, []),
    ],
)
def test_profiles_are_offered_that_fit_as_they_are(
    words: tuple[str, ...], tools: set[Protocol], offered: list[str]
) -> None:
    assert list(offered_profiles(options_of([GIT, *words]), CONFIG, tools)) == offered
