"""Profiles of provider awx: what a valid one means. Mistakes in them are vectors of test_config."""

from __future__ import annotations

import pytest

from keyturn.configuration import config
from keyturn.configuration.audiences import all_scopes, allowed_scopes
from keyturn.configuration.profiles.flows.awx import Password
from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile
from support import places

VALID = places.VECTORS / "config" / "valid.toml"


@pytest.fixture(name="valid")
def parsed_valid(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    """The configuration in valid.toml, read by a user whose home is /home/alice."""
    monkeypatch.setenv("HOME", "/home/alice")
    return config.parse(VALID, VALID.read_bytes())


def url_of(written: str) -> str:
    """The profile's URL when the configuration says `written`."""
    text = f'[profile.tower]\nprovider = "awx"\nflow = "password"\nusername = "alice"\nurl = "{written}"\n'
    return config.parse(VALID, text.encode()).profiles["tower"].authority


def test_every_key(valid: config.Config) -> None:
    assert valid.profiles["tower"] == AwxProfile(
        name="tower",
        url="https://awx.example:8443/tower",
        flow=Password(keep_password=True),
        username="alice",
        application=7,
        scope="read",
        description="keyturn on build-1",
        max_age=43200,
        ca_file="/home/alice/awx ca.pem",
        galaxy=("published", "rh-certified"),
        protocols=frozenset({"git", "run"}),
    )


def test_defaults(valid: config.Config) -> None:
    assert valid.profiles["hill"] == AwxProfile(
        name="hill",
        url="https://awx.example",
        flow=Password(keep_password=False),
        username="alice@contoso.example",
        application=None,
        scope="write",
        description=None,
        max_age=7 * 86400,
        ca_file=None,
        protocols=frozenset({"token", "run"}),
    )


def test_what_records_of_a_profile_are_bound_to(valid: config.Config) -> None:
    tower, work = valid.profiles["tower"], valid.profiles["work"]
    assert isinstance(tower, AwxProfile)
    assert isinstance(work, EntraProfile)
    assert (tower.provider, tower.authority, tower.client_id) == ("awx", tower.url, "alice")
    assert (work.provider, work.client_id) == ("entra", work.application_id)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://AWX.Example", "https://awx.example"),
        ("https://awx.example/", "https://awx.example"),
        ("https://awx.example:443", "https://awx.example"),
        ("https://awx.example:8443/", "https://awx.example:8443"),
        ("https://awx.example/Tower/x/", "https://awx.example/Tower/x"),
        ("https://awx.example/my%20tower", "https://awx.example/my%20tower"),
        ("https://awx.example/%74ower", "https://awx.example/tower"),
        ("https://awx.example/api", "https://awx.example"),
        ("https://awx.example/api/v2/", "https://awx.example"),
        ("https://aap.example/api/controller/", "https://aap.example"),
        ("https://aap.example/api/controller/v2", "https://aap.example"),
        ("https://aap.example/api/gateway/v1/", "https://aap.example"),
        ("https://aap.example/x/api/gateway", "https://aap.example/x"),
        ("https://aap.example/api/eda/v1", "https://aap.example/api/eda/v1"),
    ],
)
def test_every_spelling_of_a_url_means_one(written: str, url: str) -> None:
    assert url_of(written) == url
    assert url_of(url) == url


def test_its_scope_is_all_it_may_ask_for(valid: config.Config) -> None:
    assert all_scopes(valid, "tower") == [("read",)]
    assert all_scopes(valid, "hill") == [("write",)]
    assert allowed_scopes(valid, "tower", ("read",))
    assert allowed_scopes(valid, "tower", ("write",)) is None
    assert allowed_scopes(valid, "tower", ("https://management.azure.com/.default",)) is None
