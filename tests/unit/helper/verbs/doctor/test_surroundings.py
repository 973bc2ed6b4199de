"""What stands around keyturn and is amiss."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyturn.configuration import config
from keyturn.kinds_of_hints import printed
from keyturn.verbs.doctor.surroundings import authorities

CONFIG = """
[profile.tower]
provider = "awx"
flow = "password"
url = "https://awx.contoso.example"
username = "alice"
ca_file = "CA"
[network]
ca_file = "CA"
"""


@pytest.fixture
def ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    made = tmp_path / "ca.pem"
    made.touch(mode=0o644)
    return made


def told(ca: Path) -> list[tuple[str, str]]:
    found = authorities(config.parse(Path("config.toml"), CONFIG.replace("CA", str(ca)).encode()))
    return [(finding.sentence, str(printed(finding.hint or ()))) for finding in found]


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o400])
def test_authorities_of_ones_own(ca: Path, mode: int) -> None:
    ca.chmod(mode)
    assert told(ca) == []
    assert told(ca.parent / "none") == []


def test_authorities_that_anybody_can_write(ca: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca.chmod(0o666)
    sentence = f"{ca} says whom keyturn believes, and anybody can write it"
    assert told(ca) == [(sentence, f"chmod go-w {ca}")]
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    assert [finding.sentence for finding in authorities(None)] == [sentence]


def test_authorities_of_another_user(ca: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = ca.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    expected = (
        [] if owner == 0 else [(f"{ca} says whom keyturn believes, and uid {owner} can write it", f"ls -ld {ca}")]
    )
    assert told(ca) == expected
