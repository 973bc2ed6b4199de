"""config.toml after a command has changed it, as its owner finds it in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.editing.config_document import ConfigDocument
from keyturn.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

WORK = """\
[profile.work]  # mine
provider = "entra"
flow = "device-code"
application_id = "preset:azure-cli"
"""
BUILD = '[profile.build]\nprovider = "entra"\nflow = "device-code"\napplication_id = "preset:azure-cli"\n'
GIT = '[targets.git]\n"https://dev.azure.com/contoso" = "work"\n'
DAEMON = '[daemon]\nidle_exit = "15m"\n'


def written(directory: Path, text: str) -> Path:
    path = directory / "config.toml"
    path.write_bytes(text.encode())
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{WORK}\n{GIT}", f"{WORK}\n{BUILD}\n{GIT}"),
        (f"{WORK}\n{GIT}\n{DAEMON}", f"{WORK}\n{BUILD}\n{GIT}\n{DAEMON}"),
        (f"{GIT}\n{WORK}", f"{GIT}\n{WORK}\n{BUILD}"),
        (WORK, f"{WORK}\n{BUILD}"),
        ("", BUILD),
    ],
)
def test_tables_stand_apart(tmp_path: Path, before: str, after: str) -> None:
    path = written(tmp_path, before)
    document = ConfigDocument(path)
    for key, value in (("provider", "entra"), ("flow", "device-code"), ("application_id", "preset:azure-cli")):
        document.set(("profile", "build"), key, value)
    document.save()
    assert path.read_text() == after


def test_a_target_with_a_table_of_its_own_keeps_it(tmp_path: Path) -> None:
    own = '[targets.git."https://dev.azure.com/contoso"]\n# ours\nprofile = "work"  # mine\nauthtype = "bearer"\n'
    path = written(tmp_path, f"{WORK}\n{BUILD}\n{own}")
    document = ConfigDocument(path)
    document.set(("targets", "git"), "https://dev.azure.com/contoso", {"profile": "build", "service": "azure-devops"})
    document.save()
    changed = own.replace('"work"', '"build"').replace('authtype = "bearer"', 'service = "azure-devops"')
    assert path.read_text() == f"{WORK}\n{BUILD}\n{changed}"


def test_lines_end_as_they_did(tmp_path: Path) -> None:
    path = written(tmp_path, WORK.replace("\n", "\r\n"))
    document = ConfigDocument(path)
    document.set(("targets", "git"), "https://dev.azure.com/contoso", "work")
    document.save()
    assert path.read_bytes().decode() == f"{WORK}\n{GIT}".replace("\n", "\r\n")


def test_a_form_that_would_lose_a_key_is_not_called_a_mistake(tmp_path: Path) -> None:
    dotted = "".join(f"profile.work.{line}\n" for line in WORK.splitlines()[1:])
    path = written(tmp_path, dotted)
    document = ConfigDocument(path)
    for key, value in (("provider", "entra"), ("flow", "device-code"), ("application_id", "preset:azure-cli")):
        document.set(("profile", "build"), key, value)
    with pytest.raises(Refused, match="has a form that keyturn does not change"):
        document.save()
    assert path.read_text() == dotted
