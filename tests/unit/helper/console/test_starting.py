"""What of the environment a daemon is given beyond the usual: the variables that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.console.starting import secret_variables

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = """
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.com"
application_id = "55556666-dddd-7777-eeee-8888ffff9999"
"""


@pytest.mark.parametrize(
    ("line", "variables"),
    [
        ("", ()),
        ('client_secret_env = "CI_SECRET"', ("CI_SECRET",)),
        (r'"client_secret\u005fenv" = "CI_SECRET"', ("CI_SECRET",)),
        ("client_secret_env = 1", ()),
        ('application_id = "\\u0000', ()),
    ],
)
def test_the_variables_of_secrets(
    line: str, variables: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(PROFILE + line, encoding="utf-8")
    monkeypatch.setenv("KEYTURN_CONFIG", str(file))
    assert secret_variables() == variables
    file.unlink()
    assert secret_variables() == ()
