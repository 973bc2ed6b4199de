"""Which variables carry a token, and which of the caller's would contradict them."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.protocols.token_variables import environment_with, essential

ENTRA: dict[str, Any] = {"provider": "entra", "access_token": "planted-entra"}
AWX: dict[str, Any] = {
    "provider": "awx",
    "access_token": "plantedAwxToken",
    "url": "https://awx.example/prefix",
    "ca_file": None,
    "controller": "/api/",
    "galaxy": [],
}
OURS = {
    "CONTROLLER_HOST": "https://awx.example/prefix",
    "CONTROLLER_OAUTH_TOKEN": "plantedAwxToken",
    "AAP_HOSTNAME": "https://awx.example/prefix",
    "AAP_TOKEN": "plantedAwxToken",
    "AWX_HOSTNAME": "https://awx.example/prefix",
    "AWX_TOKEN": "plantedAwxToken",
    "EDA_CONTROLLER_URL": "https://awx.example/prefix/api/",
    "EDA_CONTROLLER_TOKEN": "plantedAwxToken",
}
CONTRADICTING = [
    f"{family}_{what}"
    for family in ("CONTROLLER", "TOWER", "AAP", "AWX", "EDA_CONTROLLER", "GATEWAY")
    for what in ("USERNAME", "PASSWORD")
] + ["CONTROLLER_TOKEN", "TOWER_HOST", "TOWER_TOKEN", "TOWER_OAUTH_TOKEN", "GATEWAY_HOSTNAME", "GATEWAY_API_TOKEN"]


def test_the_essential_ones() -> None:
    assert essential(ENTRA) == {"KEYTURN_TOKEN": "planted-entra"}
    assert essential(AWX) == {name: OURS[name] for name in ("CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN")}


def test_every_tools_names_for_awx() -> None:
    assert environment_with(AWX, {"HOME": "/home/alice"}) == {"HOME": "/home/alice", **OURS}


@pytest.mark.parametrize("name", OURS)
def test_what_is_left_over_from_another_server_is_replaced(name: str) -> None:
    assert environment_with(AWX, {name: "https://elsewhere.example"}) == OURS


@pytest.mark.parametrize("name", CONTRADICTING)
def test_another_identity_is_taken_away(name: str) -> None:
    assert environment_with(AWX, {name: "somebody"}) == OURS


@pytest.mark.parametrize("name", ["CONTROLLER_VERIFY_SSL", "KEYTURN_TOKEN", "SSL_CERT_FILE", "AAP_TIMEOUT"])
def test_other_settings_stay(name: str) -> None:
    assert environment_with(AWX, {name: "set"}) == {name: "set", **OURS}


@pytest.mark.parametrize(
    "name", [*OURS, "CONTROLLER_VERIFY_SSL", "TOWER_VERIFY_SSL", "AWXKIT_API_BASE_PATH", "GATEWAY_HOSTNAME"]
)
def test_nothing_stays_empty(name: str) -> None:
    """To awxkit an empty CONTROLLER_OAUTH_TOKEN is a reason to log in as admin (reference/awx.md section 5)."""
    assert environment_with(AWX, {name: ""}) == OURS


@pytest.mark.parametrize(
    ("url", "controller", "rulebook"),
    [
        ("https://awx.example", "/api/", "https://awx.example"),
        ("https://awx.example:8443", "/api/", "https://awx.example:8443"),
        ("https://awx.example/tower", "/api/", "https://awx.example/tower/api/"),
        ("https://aap.example", "/api/controller/", "https://aap.example/api/controller/"),
        ("https://aap.example/tower", "/api/controller/", "https://aap.example/tower/api/controller/"),
        ("https://awx.example", "", "https://awx.example"),
    ],
)
def test_the_url_for_ansible_rulebook(url: str, controller: str, rulebook: str) -> None:
    token = {**AWX, "url": url, "controller": controller}
    assert environment_with(token, {})["EDA_CONTROLLER_URL"] == rulebook


def test_where_the_controller_is_behind_a_gateway() -> None:
    """For `awx` and the collection's modules; both concatenate, and need both slashes."""
    told = {
        "AWXKIT_API_BASE_PATH": "/api/controller/",
        "CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX": "/api/controller/",
    }
    gateway = {**AWX, "controller": "/api/controller/"}
    assert environment_with(gateway, dict.fromkeys(told, "/old/")).items() >= told.items()
    assert essential(gateway).items() >= told.items()
    assert not set(told) & set(environment_with(AWX, dict.fromkeys(told, "/old/")))
    nobody_knows = {**AWX, "controller": ""}
    assert environment_with(nobody_knows, dict.fromkeys(told, "/own/"))["AWXKIT_API_BASE_PATH"] == "/own/"


def test_the_hub_where_the_profile_says_so() -> None:
    hub = {**AWX, "galaxy": ["published", "rh-certified"]}
    before = {
        "ANSIBLE_GALAXY_SERVER_LIST": "upstream, published",
        "ANSIBLE_GALAXY_SERVER_PUBLISHED_AUTH_URL": "https://sso.example/token",  # of another hub
    }
    found = environment_with(hub, before)
    assert {name: value for name, value in found.items() if name not in OURS} == {
        "ANSIBLE_GALAXY_SERVER_LIST": "published,rh_certified,upstream",
        "ANSIBLE_GALAXY_SERVER_PUBLISHED_URL": "https://awx.example/prefix/api/galaxy/content/published/",
        "ANSIBLE_GALAXY_SERVER_PUBLISHED_TOKEN": "plantedAwxToken",
        "ANSIBLE_GALAXY_SERVER_PUBLISHED_AUTH_URL": "",
        "ANSIBLE_GALAXY_SERVER_PUBLISHED_USERNAME": "",
        "ANSIBLE_GALAXY_SERVER_RH_CERTIFIED_URL": "https://awx.example/prefix/api/galaxy/content/rh-certified/",
        "ANSIBLE_GALAXY_SERVER_RH_CERTIFIED_TOKEN": "plantedAwxToken",
        "ANSIBLE_GALAXY_SERVER_RH_CERTIFIED_AUTH_URL": "",
        "ANSIBLE_GALAXY_SERVER_RH_CERTIFIED_USERNAME": "",
    }


def test_a_token_of_entra_takes_nothing_away() -> None:
    before = dict.fromkeys((*OURS, *CONTRADICTING), "set")
    assert environment_with(ENTRA, before) == {**before, "KEYTURN_TOKEN": "planted-entra"}
