"""keyturn.verbs.run.authorities: one bundle, for the command alone."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.errors import ConfigError
from keyturn.reach import spawn
from keyturn.verbs.run import authorities

if TYPE_CHECKING:
    from collections.abc import Callable

OWN, SYSTEM = ("-----BEGIN CERTIFICATE-----\nown\n", "-----BEGIN CERTIFICATE-----\nsystem\n")


@pytest.fixture(name="file")
def a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Writes a file; the runtime directory is below the same."""
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("KEYTURN_SOCKET", str(tmp_path / "run/socket"))

    def write(name: str, content: str) -> str:
        (tmp_path / name).write_text(content, "ascii")
        return str(tmp_path / name)

    return write


def test_one_file_with_both(file: Callable[[str, str], str]) -> None:
    ca_file, system = file("ca.pem", OWN), file("system.pem", SYSTEM)
    found = authorities.trusting(ca_file, {"SSL_CERT_FILE": system, "HOME": "/home/alice"})
    (bundle,) = {found[name] for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")}
    assert Path(bundle).read_text("ascii") == f"{SYSTEM}\n{OWN}"
    assert Path(bundle).stat().st_mode & 0o777 == 0o600
    assert found["HOME"] == "/home/alice"
    assert authorities.trusting(ca_file, {"SSL_CERT_FILE": system})["SSL_CERT_FILE"] == bundle
    changed = authorities.trusting(file("ca.pem", OWN * 2), {"SSL_CERT_FILE": system})["SSL_CERT_FILE"]
    assert Path(changed).read_text("ascii") == f"{SYSTEM}\n{OWN}{OWN}"


@pytest.mark.usefixtures("heeding")
def test_ctrl_c_leaves_no_half_of_it(
    file: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_file, environment = file("ca.pem", OWN), {"SSL_CERT_FILE": file("system.pem", SYSTEM)}
    rename = os.rename

    def interrupted(*names: str, **at: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        rename(*names, **at)

    monkeypatch.setattr(os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        authorities.trusting(ca_file, environment)
    assert [each.name for each in (tmp_path / "run").iterdir() if each.name.startswith(".")] == []


def test_the_systems_where_the_user_names_none(
    file: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorities, "SYSTEMS", ("/nonexistent", file("system.pem", SYSTEM)))
    found = authorities.trusting(file("ca.pem", OWN), {})
    assert Path(found["SSL_CERT_FILE"]).read_text("ascii") == f"{SYSTEM}\n{OWN}"


@pytest.mark.parametrize("before", [None, "/own/system.pem"])
def test_a_daemon_below_the_command_trusts_as_before(
    before: str | None, file: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"SSL_CERT_FILE": before} if before else {}
    found = authorities.trusting(file("ca.pem", OWN), environment)
    twice = authorities.trusting(file("other.pem", OWN + "other"), found)
    for inside in (found, twice):
        for name in ("SSL_CERT_FILE", spawn.BUNDLE_GIVEN, spawn.AUTHORITIES_BEFORE):
            monkeypatch.delenv(name, raising=False)
        for name, value in inside.items():
            monkeypatch.setenv(name, value)
        assert spawn.chosen_environment(()).get("SSL_CERT_FILE") == before
    monkeypatch.setenv("SSL_CERT_FILE", "/chosen/inside.pem")
    assert spawn.chosen_environment(())["SSL_CERT_FILE"] == "/chosen/inside.pem"


def test_nothing_to_add() -> None:
    assert authorities.trusting(None, {"SSL_CERT_FILE": "/own.pem"}) == {"SSL_CERT_FILE": "/own.pem"}


def test_what_is_no_ca_file(file: Callable[[str, str], str]) -> None:
    for wrong, said in (("/nonexistent", "no such file"), (file("key.pem", "key"), "no PEM certificate")):
        with pytest.raises(ConfigError, match=said):
            authorities.trusting(wrong, {})
