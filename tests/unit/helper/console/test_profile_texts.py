"""Profiles in words and as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration.config import parse
from keyturn.configuration.named import profile_named
from keyturn.console.configured import configuration, named_or_only
from keyturn.console.profile_texts import details, secret_name, secret_source, standing, summary
from keyturn.errors import ConfigError, UsageError

CONFIG = """[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
audiences = ["https://management.azure.com"]
[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
AWX_CONFIG = """[profile.tower]
provider = "awx"
flow = "password"
url = "https://awx.example/prefix/"
username = "alice"
application = 7
max_age = "2d"
"""
EXPECTED_SECRETS = [
    ("", "the vault", {"source": "vault"}),
    ('client_secret_file = "/s"\n', "the file /s", {"source": "file", "file": "/s"}),
    ('client_secret_env = "S"\n', "the variable S", {"source": "environment", "variable": "S"}),
]


@pytest.mark.parametrize(("line", "words", "data"), EXPECTED_SECRETS)
def test_where_the_secret_comes_from(line: str, words: str, data: dict[str, str]) -> None:
    config = parse(Path("/c"), CONFIG.replace("audiences", f"{line}audiences").encode())
    assert secret_source(config.profiles["ci"]).startswith(f"secret from {words}")
    assert details(config, config.profiles["ci"])["secret"] == data


def test_what_a_profile_may_ask_for() -> None:
    config = parse(Path("/c"), CONFIG.encode())
    shown = details(config, config.profiles["ci"])
    devops = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
    assert shown["may_ask_for"] == [devops, ("https://management.azure.com/.default",)]
    assert [target["url"] for target in shown["targets"]] == ["https://dev.azure.com/contoso"]
    assert summary(config, config.profiles["ci"])["targets"] == ["https://dev.azure.com/contoso"]


def test_targets_of_every_protocol() -> None:
    more = f"""{CONFIG}
[targets.kube]
"https://aks.example" = "ci"
[targets.docker]
"contoso.azurecr.io" = "ci"
"""
    config = parse(Path("/c"), more.encode())
    names = ["https://dev.azure.com/contoso", "https://aks.example", "contoso.azurecr.io"]
    assert summary(config, config.profiles["ci"])["targets"] == names
    told = standing(config, config.profiles["ci"])["targets"]
    assert [(each["protocol"], each["tool"], each["target"]) for each in told] == [
        (protocol, protocol, name) for protocol, name in zip(["git", "kube", "docker"], names, strict=True)
    ]
    shown = details(config, config.profiles["ci"])["targets"]
    assert [(each["protocol"], each.get("url"), each.get("registry")) for each in shown] == [
        ("git", names[0], None),
        ("kube", names[1], None),
        ("docker", None, names[2]),
    ]


def test_a_profile_of_an_awx() -> None:
    config = parse(Path("/c"), AWX_CONFIG.encode())
    tower = config.profiles["tower"]
    assert summary(config, tower) == {
        "name": "tower",
        "provider": "awx",
        "flow": "password",
        "url": "https://awx.example/prefix",
        "targets": [],
    }
    assert details(config, tower) == {
        **summary(config, tower),
        "username": "alice",
        "application": 7,
        "scope": "write",
        "description": None,
        "max_age": 172800.0,
        "keep_password": False,
        "ca_file": None,
        "protocols": ["run", "token"],
        "may_ask_for": [("write",)],
    }
    assert secret_name(tower) == "password"
    assert secret_source(tower) == "typed at the sign-in, or entrusted to the vault"


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEYTURN_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


def test_the_only_profile_need_not_be_named(config_file: Path) -> None:
    config_file.write_text(CONFIG, encoding="ascii")
    assert named_or_only(None, "keyturn token") == "ci"
    assert named_or_only("other", "keyturn token") == "other"


def test_one_of_two_has_to_be_named(config_file: Path) -> None:
    second = CONFIG.split("[targets", maxsplit=1)[0].replace("profile.ci", "profile.b")
    config_file.write_text(CONFIG + second, encoding="ascii")
    with pytest.raises(UsageError, match="which profile: ci, b") as raised:
        named_or_only(None, "keyturn token")
    assert raised.value.hint == "keyturn token ci"


def test_no_profile_at_all(config_file: Path) -> None:
    config_file.write_text("", encoding="ascii")
    with pytest.raises(ConfigError, match="there is no profile in") as raised:
        named_or_only(None, "keyturn token")
    assert raised.value.hint == "to write one: keyturn init"


@pytest.mark.parametrize("name", [None, "ci"])
def test_no_configuration_is_no_circle(name: str | None, config_file: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist") as raised:
        profile_named(configuration(), named_or_only(name, "keyturn token"))
    assert str(raised.value.hint).endswith(": keyturn init")
