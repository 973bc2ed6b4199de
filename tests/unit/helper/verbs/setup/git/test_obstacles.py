"""Settings that would defeat keyturn's helper, in the files where git reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration import config
from keyturn.verbs.setup.git.asked import ALL_OTHERS, Origin
from keyturn.verbs.setup.git.config import GitConfig
from keyturn.verbs.setup.git.obstacles import obstacles
from support.needs import need

if TYPE_CHECKING:
    from keyturn.configuration.config import Config

OURS = "/opt/bin/git-credential-keyturn --ours"
ORIGIN = Origin("https://dev.azure.com", with_path=True)
SECTION = f"""[credential]
\thelper = before
[credential "{ORIGIN.url}"]
\thelper =
\thelper = {OURS}
\tuseHttpPath = true
"""
CONFIG = """
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"https://dev.azure.com/contoso" = { profile = "ci", authtype = "AUTHTYPE" }
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree we stand in, and a user whose git asks keyturn."""
    for name in ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_GLOBAL", "GIT_DIR", "GIT_SSL_NO_VERIFY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / ".gitconfig").write_text(SECTION)
    work = tmp_path / "work"
    subprocess.run([need("git"), "init", "-q", str(work)], check=True)
    monkeypatch.chdir(work)
    return work


def told(*origins: Origin, authtype: str = "basic") -> list[str]:
    return obstacles(GitConfig(), origins or (ORIGIN,), configuration(authtype))


def configuration(authtype: str) -> Config:
    return config.parse(Path("config.toml"), CONFIG.replace("AUTHTYPE", authtype).encode())


def local(key: str, *values: str) -> None:
    for value in values:
        subprocess.run([need("git"), "config", "--add", key, value], check=True)


@pytest.mark.usefixtures("repository")
def test_nothing_is_told_where_nothing_is_in_the_way() -> None:
    assert told() == []
    assert told(ALL_OTHERS) == []


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        ("credential.helper", ["store"], "credential.helper in this repository's git configuration stands behind"),
        (f"credential.{ORIGIN.url}/x.helper", ["store"], "stands behind keyturn's helper"),
        ("credential.https://*.Azure.com.helper", ["store"], "stands behind keyturn's helper"),
        (f"credential.{ORIGIN.url}:443.helper", [""], f"keeps git from asking keyturn for {ORIGIN.url}"),
        ("credential.https://.useHttpPath", ["false"], "keeps git from saying which repository"),
        (
            "credential.helper",
            ["", "store", OURS],
            "in this repository's git configuration stands before",
        ),
        ("credential.helper", [""], f"keeps git from asking keyturn for {ORIGIN.url}"),
        ("credential.helper", ["", "store"], "an empty credential.helper in this repository's"),
        (f"credential.{ORIGIN.url}/.useHttpPath", ["false"], "keeps git from saying which repository"),
        ("credential.useHttpPath", ["no"], "credential.usehttppath = false in this repository's"),
        (f"http.{ORIGIN.url}/.extraHeader", ["Authorization: basic planted"], "is sent in place of keyturn's tokens"),
        (
            "http.extraHeader",
            ["AUTHORIZATION: bearer planted"],
            "git config --unset-all http.extraheader",
        ),
        (
            "http.sslVerify",
            ["false"],
            "http.sslverify = false in this repository's git configuration gives keyturn's",
        ),
        (f"http.{ORIGIN.url}/.sslVerify", ["off"], f"whoever answers as {ORIGIN.url}"),
        ("http.https://*.azure.com.sslVerify", ["0"], f"whoever answers as {ORIGIN.url}"),
    ],
)
def test_what_is_in_the_way_is_told(key: str, values: list[str], sentence: str) -> None:
    local(key, *values)
    [line] = told()
    assert sentence in line
    assert "planted" not in line


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "value"), [("http", "extraheader=Authorization: x"), ("credential", "helper=store")]
)
def test_a_key_is_somebody_elses_text(name: str, value: str) -> None:
    """A repository's author may write to the terminal with it, and its owner a password into its URL."""
    setting, _, written = value.partition("=")
    local(f"{name}.https://alice:pla@nted@dev.azure.com/x\x1b]0;\x07\x1b[2J\u202e.{setting}", written)
    [line] = told()
    assert line.isprintable()
    assert line.startswith(f"{name}.https://***@dev.azure.com/x")
    assert "nted" not in line


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("credential.https://other.example.helper", ["store"]),
        ("credential.https://dev.azure.com.evil.example.helper", [""]),
        ("credential.helper", ["", OURS]),
        (f"credential.{ORIGIN.url}/x.helper", ["", "/opt/bin/git-credential-keyturn"]),
        ("credential.https://other.example.useHttpPath", ["false"]),
        ("credential.useHttpPath", ["false", "true"]),
        ("http.https://other.example/.extraHeader", ["Authorization: basic planted"]),
        ("http.extraHeader", ["X-Trace: on"]),
        ("http.https://other.example/.sslVerify", ["false"]),
        ("http.sslVerify", ["false", "true"]),
    ],
)
def test_what_is_not_in_the_way_is_not(key: str, values: list[str]) -> None:
    local(key, *values)
    assert told() == []


@pytest.mark.usefixtures("repository")
def test_a_server_that_alone_is_verified_counts() -> None:
    local(f"http.{ORIGIN.url}.sslVerify", "true")
    local("http.sslVerify", "false")
    assert told() == []


@pytest.mark.usefixtures("repository")
def test_a_variable_that_has_nobody_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "")  # git looks whether it is set
    [line] = told()
    assert line.startswith(f"GIT_SSL_NO_VERIFY gives keyturn's tokens to whoever answers as {ORIGIN.url}; ")
    assert told(ALL_OTHERS) == []


@pytest.mark.usefixtures("repository")
def test_a_helper_list_emptied_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'credential.helper='")
    [line] = told()
    assert line.startswith("an empty credential.helper in git's command line or environment keeps git from asking")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(("version", "number"), [("2.39.5", 1), ("2.53.0.windows.1", 1), ("2.54.0", 0), ("3.0", 0)])
def test_bearer_needs_a_git_that_sends_it_with_all_of_a_push(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, number: int
) -> None:
    stand_in = tmp_path / "git"
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo git version {version} || exec {need("git")} "$@"\n')
    stand_in.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert len(told(authtype="bearer")) == number
    assert told() == []
