"""The doorkeeper of the git host takes Azure DevOps tokens of its own tenant, by Basic or Bearer."""

from __future__ import annotations

import base64

import pytest
from starlette.datastructures import Headers

from keyturn_emulator.bearer.signing import Signer, TokenRefused
from keyturn_emulator.bearer.tokens import AccessTokens
from keyturn_emulator.clock import Clock
from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.directory.resources import AZURE_DEVOPS
from keyturn_emulator.git.access import Doorkeeper

REGISTRY = Registry()
TOKENS = AccessTokens(Signer(), Clock())
HOUR = 3600
KEEPER = Doorkeeper(TOKENS, REGISTRY.tenant, "https://login.example", "https://git.example")
GOOD = TOKENS.issue({"aud": AZURE_DEVOPS, "tid": REGISTRY.tenant.id}, HOUR)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


# With ids, because a token is another one in each process, and parallel ones must collect the same tests.
@pytest.mark.parametrize(
    "value",
    [f"Bearer {GOOD}", f"bearer {GOOD}", basic(f"anybody:{GOOD}"), basic(f":{GOOD}")],
    ids=["Bearer", "bearer", "Basic", "Basic of nobody"],
)
def test_admitted(value: str) -> None:
    assert KEEPER.admit(Headers({"authorization": value}))["aud"] == AZURE_DEVOPS


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (basic("contoso:"), "empty"),
        (basic(GOOD), "empty"),
        (basic(f"{GOOD}:x"), "malformed"),
        ("Basic %%%", "malformed"),
        ("Basic \xe4", "malformed"),
        (f"Bearer  {GOOD}", "malformed"),
        (f"Bearer {GOOD} ", "malformed"),
        ("Bearer", "malformed"),
        (f"Digest {GOOD}", "scheme"),
        (GOOD, "scheme"),
        ("", "scheme"),
    ],
    ids=[
        "no password",
        "no colon",
        "behind it",
        "not base64",
        "not ASCII",
        "two blanks",
        "blank at the end",
        "no token",
        "Digest",
        "no scheme",
        "nothing",
    ],
)
def test_turned_away(value: str, reason: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        KEEPER.admit(Headers({"authorization": value}))
    assert caught.value.reason == reason


def test_nobody_and_two_at_once() -> None:
    for headers, reason in (
        (Headers(), "anonymous"),
        (Headers(raw=[(b"authorization", f"Bearer {GOOD}".encode())] * 2), "ambiguous"),
    ):
        with pytest.raises(TokenRefused) as caught:
            KEEPER.admit(headers)
        assert caught.value.reason == reason


def test_a_token_of_another_tenant() -> None:
    foreign = TOKENS.issue({"aud": AZURE_DEVOPS, "tid": "another"}, 60)
    with pytest.raises(TokenRefused) as caught:
        KEEPER.admit(Headers({"authorization": f"Bearer {foreign}"}))
    assert caught.value.reason == "tenant"
