"""Whose a place is already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.config import parse
from keyturn.verbs.init.command import options_of
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.who import as_written, named

if TYPE_CHECKING:
    from keyturn.verbs.init.places import Service

CONFIG = parse(
    Path("config.toml"),
    b"""
[profile.work]
provider = "entra"
flow = "browser"
application_id = "preset:azure-cli"
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
