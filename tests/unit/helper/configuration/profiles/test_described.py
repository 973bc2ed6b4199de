"""Profiles that stand in no configuration, and those that one token has otherwise than its profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from keyturn import hints, moves
from keyturn.configuration.profiles import UNNAMED
from keyturn.configuration.profiles.described import by_parameters, changed, described
from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import printed
from keyturnd.acquire.entra import aadsts
from keyturnd.messages.identities import EntraIdentity

if TYPE_CHECKING:
    from keyturn.kinds_of_hints import Hint

WHOLE: dict[str, Any] = {"flow": "password", "url": "https://AWX.example/", "username": "alice"}
NAMED = AwxProfile(
    name="tower",
    url="https://awx.example",
    username="alice",
    application=7,
    scope="read",
    description="nightly",
    max_age=60.0,
    ca_file="/ca.pem",
)


def test_it_is_read_as_the_configuration_would_be() -> None:
    assert described(WHOLE, "awx") == AwxProfile(name="new-token", url="https://awx.example", username="alice")
    table = {"flow": "device-code", "application_id": "11111111-2222-3333-4444-555555555555"}
    assert isinstance(described(table, "entra"), EntraProfile)


def test_the_provider_is_not_the_tables_to_choose() -> None:
    assert isinstance(described({**WHOLE, "provider": "entra"}, "awx"), AwxProfile)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"url": "http://awx.example"}, "--url: expected a URL that starts with https://"),
        ({"username": "alice:hunter2"}, "--username: expected a name without a colon"),
        ({"application": "seven"}, "--application: expected the id of an application, found a string"),
        ({"scope": "admin"}, "--scope: expected write or read"),
        ({"token": "hunter2"}, "--token: secrets are not kept in this file"),
    ],
)
def test_a_mistake_is_wrong_usage(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        described({**WHOLE, **change}, "awx")
    assert raised.value.sentence.startswith(sentence)
    assert raised.value.hint == "keyturn awx new-token --help"
    assert "hunter2" not in raised.value.lines()


def test_what_is_not_changed_stays() -> None:
    assert changed(NAMED, {}) == NAMED
    assert changed(NAMED, {"scope": "write"}).application == 7
    assert changed(NAMED, {"scope": "write"}).scope == "write"


def test_null_takes_a_key_away() -> None:
    personal = changed(NAMED, {"application": None})
    assert (personal.application, personal.scope, personal.name) == (None, "read", "tower")


@pytest.mark.parametrize("key", ["url", "username", "ca_file", "max_age", "name"])
def test_where_a_profile_signs_in_cannot_be_changed(key: str) -> None:
    with pytest.raises(UsageError, match="a named profile leaves only application, scope, description open"):
        changed(NAMED, {key: "https://elsewhere.example"})


def test_a_change_is_checked_like_the_configuration() -> None:
    with pytest.raises(UsageError, match="application: expected the id of an application"):
        changed(NAMED, {"application": 0})


AGAIN = "run the command again"
NOBODY = EntraIdentity(
    profile=UNNAMED,
    flow="browser",
    application_id="11111111-2222-3333-4444-555555555555",
    authority="https://login.microsoftonline.com/organizations",
)


@pytest.mark.parametrize("flow", ["browser", "device-code"])
@pytest.mark.parametrize("number", aadsts.HINTS)
def test_no_hint_names_a_profile_or_a_table_that_nobody_has(number: int, flow: str) -> None:
    told = by_parameters(printed(aadsts.HINTS[number](replace(NOBODY, flow=flow))), AGAIN)
    assert [part for part in (UNNAMED, "`", "target", "keyturn ", "[") if part in told] == [], told


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        (
            moves.configuration.check("tenant", "environment", of=f"[profile.{UNNAMED}]"),
            "check --tenant and --environment",
        ),
        (
            moves.configuration.check("scopes", of=f"[profile.{UNNAMED}]", also="the scopes of the target"),
            "check --scopes or --audience",
        ),
        (hints.login(UNNAMED), AGAIN),
        (moves.secrets.before_login("change the password", UNNAMED), f"change the password, then {AGAIN}"),
        (hints.entrust(UNNAMED), "give another --credential"),
        (moves.secrets.replaced_secret("create another, then", UNNAMED), f"create another, then {AGAIN} with it"),
        (moves.configuration.other_cloud(UNNAMED), "set --environment to the cloud that the tenant has moved to"),
        (moves.configuration.other_flow("browser", UNNAMED), "use the browser"),
        (moves.configuration.other_flow("device-code", UNNAMED, first="end it, or "), "end it, or add --device"),
        (moves.waiting.later(), "try again later"),
        (moves.configuration.own_ca(), "is it a proxy or a CA of your own? add --ca-file /path/to/ca.pem"),
        (moves.configuration.readable_ca(), "set --ca-file, or ca_file in [network], to a readable PEM file"),
    ],
)
def test_a_hint_is_told_by_parameters(hint: Hint, told: str) -> None:
    assert by_parameters(printed(hint), AGAIN) == told


def test_a_passphrase_is_another_parameter() -> None:
    assert by_parameters(printed(hints.entrust(UNNAMED)), AGAIN, "the passphrase") == "give the passphrase"


def test_a_key_of_the_network_is_no_parameter() -> None:
    hint = printed(moves.secrets.reachable_proxy(configured=True))
    assert "`proxy` of [network]" in hint
    assert by_parameters(hint, AGAIN) == hint
