"""Which origins git has to ask keyturn for."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration.config import Config, parse
from keyturn.errors import ConfigError, UsageError
from keyturn.verbs.setup.git.asked import Origin
from keyturn.verbs.setup.git.origins import chosen

PROFILE = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"""
DEVOPS = Origin("https://dev.azure.com", with_path=True)


def configured(*targets: str) -> Config:
    plain = '{ profile = "me", scopes = ["api://x/.default"] }'
    lines = [f'"{url}" = {chr(34) + "me" + chr(34) if "azure.com" in url else plain}' for url in targets]
    return parse(Path("/config.toml"), (PROFILE + "\n".join(lines)).encode())


def test_an_organization_has_two_origins() -> None:
    assert chosen(configured("https://dev.azure.com/Contoso"), []) == [
        DEVOPS,
        Origin("https://contoso.visualstudio.com", with_path=True),
    ]


def test_all_of_azure_devops_has_one() -> None:
    assert chosen(configured("https://dev.azure.com"), []) == [DEVOPS]


def test_the_path_is_needed_where_a_target_has_one() -> None:
    plain = configured("https://git.example", "https://other.example:8443/team", "https://other.example:8443")
    assert chosen(plain, []) == [
        Origin("https://git.example", with_path=False),
        Origin("https://other.example:8443", with_path=True),
    ]


def test_each_origin_once() -> None:
    found = chosen(configured("https://dev.azure.com/a", "https://dev.azure.com/b"), [])
    assert [origin.url for origin in found] == [
        "https://dev.azure.com",
        "https://a.visualstudio.com",
        "https://b.visualstudio.com",
    ]


@pytest.mark.parametrize("word", ["https://git.example", "https://GIT.example/some/repository"])
def test_a_named_target_alone(word: str) -> None:
    config = configured("https://dev.azure.com/a", "https://git.example")
    assert chosen(config, [word]) == [Origin("https://git.example", with_path=False)]


@pytest.mark.parametrize("word", ["https://git.example:8443", "https://evil.example", "git.example", "--global"])
def test_a_word_that_leads_to_no_target(word: str) -> None:
    with pytest.raises(UsageError):
        chosen(configured("https://git.example"), [word])


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        chosen(configured("https://git.example"), ["https://alice:hunter2@git.example"])
    assert "hunter2" not in raised.value.lines()


def test_no_targets() -> None:
    with pytest.raises(ConfigError, match="has no git targets"):
        chosen(configured(), [])
