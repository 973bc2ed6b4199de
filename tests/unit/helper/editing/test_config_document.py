"""config.toml after a command has changed it, as its owner finds it in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.editing.config_document import ConfigDocument

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
    path = tmp_path / "config.toml"
    path.write_text(before)
    path.chmod(0o600)
    document = ConfigDocument(path)
    for key, value in (("provider", "entra"), ("flow", "device-code"), ("application_id", "preset:azure-cli")):
        document.set(("profile", "build"), key, value)
    document.save()
    assert path.read_text() == after
