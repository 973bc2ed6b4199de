"""Which variables carry a token, and which of the caller's would contradict them."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.console.token_variables import environment_with, essential

ENTRA: dict[str, Any] = {"provider": "entra", "access_token": "planted-entra"}
AWX: dict[str, Any] = {
    "provider": "awx",
    "access_token": "plantedAwxToken",
    "url": "https://awx.example/prefix",
    "ca_file": None,
}
OURS = {
    "CONTROLLER_HOST": "https://awx.example/prefix",
    "CONTROLLER_OAUTH_TOKEN": "plantedAwxToken",
    "TOWER_HOST": "https://awx.example/prefix",
    "TOWER_OAUTH_TOKEN": "plantedAwxToken",
    "AAP_HOSTNAME": "https://awx.example/prefix",
    "AAP_TOKEN": "plantedAwxToken",
    "AWX_HOSTNAME": "https://awx.example/prefix",
    "AWX_TOKEN": "plantedAwxToken",
    "EDA_CONTROLLER_URL": "https://awx.example/prefix",
    "EDA_CONTROLLER_TOKEN": "plantedAwxToken",
}
CONTRADICTING = [
    f"{family}_{what}"
    for family in ("CONTROLLER", "TOWER", "AAP", "AWX", "EDA_CONTROLLER")
    for what in ("USERNAME", "PASSWORD")
] + ["CONTROLLER_TOKEN", "TOWER_TOKEN"]


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


@pytest.mark.parametrize("name", ["CONTROLLER_VERIFY_SSL", "AWXKIT_API_BASE_PATH", "KEYTURN_TOKEN", "SSL_CERT_FILE"])
def test_other_settings_stay(name: str) -> None:
    assert environment_with(AWX, {name: "set"}) == {name: "set", **OURS}


def test_the_ca_of_the_profile_unless_the_caller_has_one() -> None:
    private = {**AWX, "ca_file": "/etc/ca.pem"}
    assert environment_with(private, {}) == {**OURS, "REQUESTS_CA_BUNDLE": "/etc/ca.pem"}
    assert environment_with(private, {"REQUESTS_CA_BUNDLE": "/own.pem"})["REQUESTS_CA_BUNDLE"] == "/own.pem"


def test_a_token_of_entra_takes_nothing_away() -> None:
    before = dict.fromkeys((*OURS, *CONTRADICTING), "set")
    assert environment_with(ENTRA, before) == {**before, "KEYTURN_TOKEN": "planted-entra"}
