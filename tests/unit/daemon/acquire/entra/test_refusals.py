"""keyturnd.acquire.entra.refusals: error answers become kinds, sentences and hints."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.kinds_of_hints import printed
from keyturn.problems import BY_KIND
from keyturnd.acquire.entra import aadsts
from keyturnd.acquire.entra.refusals import AHEAD, Refusal, refused_answer
from keyturnd.acquire.failed import Failed, without
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.outcomes import Failure

ID = "0a1b2c3d-0000-4000-8000-000000000000"
WORK = EntraIdentity("work", "device-code", "app", "https://login.example/t")
CI = EntraIdentity("ci", "client-secret", "app", "https://login.example/t")

DEAD_WORDS = ("bad_token", "token_expired", "client_mismatch")
DEAD_NUMBERS = (70000, 700082, 700084, 70008, 50173, 50132, 50133, 70043)
"""What reference/entra.md section 4 says of refresh tokens that are dead."""


def said(error: str, number: int = 0, text: str = "Something is wrong.", **members: Any) -> dict[str, Any]:
    description = f"AADSTS{number}: {text} Trace ID: x-y Correlation ID: {ID} Timestamp: 2026-01-01 00:00:00Z"
    return {
        "error": error,
        "error_description": description if number else "",
        "error_codes": [number] if number else [],
        "correlation_id": ID,
    } | members


def of_user(answer: dict[str, Any], *, refresh: bool = True) -> Failure:
    return Refusal.read(answer).failed(WORK, of_user=True, refresh=refresh).failure


def of_application(answer: dict[str, Any]) -> Failure:
    return Refusal.read(answer).failed(CI, of_user=False).failure


def test_a_wrong_secret_names_the_command_that_stores_one() -> None:
    failure = of_application(said("invalid_client", 7000215, "Invalid client secret provided. Ensure the rest."))
    assert failure == Failure(
        "provider-refused",
        f"Entra ID refused profile ci: AADSTS7000215: Invalid client secret provided (correlation id {ID})",
        "store the secret's value, not its id: keyturn secret set ci",
        code="invalid_client",
    )


def test_an_unknown_number_leaves_the_usual_hint() -> None:
    assert of_application(said("invalid_client", 7999999)).hint == "keyturn secret set ci"
    assert of_user(said("invalid_client", 7999999)).hint == "check `application_id` and `tenant` of [profile.work]"
    assert of_user(said("interaction_required", 99999)).hint == "keyturn login work"


@pytest.mark.parametrize(
    ("answer", "kind", "dead"),
    [
        (said("invalid_grant", 700082, suberror="token_expired"), "sign-in-needed", True),
        (said("invalid_grant", 50173, suberror="bad_token"), "sign-in-needed", True),
        (said("invalid_grant", 70000, suberror="client_mismatch"), "sign-in-needed", True),
        (said("invalid_grant"), "sign-in-needed", False),
        (said("invalid_grant", 50105), "sign-in-needed", False),
        (said("invalid_grant", 7999999), "sign-in-needed", False),
        (said("invalid_grant", 70000, suberror="consent_required"), "sign-in-needed", True),
        *((said("invalid_grant", suberror=word), "sign-in-needed", True) for word in DEAD_WORDS),
        *((said("invalid_grant", number), "sign-in-needed", True) for number in DEAD_NUMBERS),
        (said("interaction_required", 50173), "sign-in-needed", False),
        (said("invalid_grant", 65001, suberror="consent_required"), "sign-in-needed", False),
        (said("invalid_grant", 50076, suberror="basic_action", claims="{}"), "sign-in-needed", False),
        (said("invalid_grant", 53000, suberror="additional_action"), "sign-in-needed", False),
        (said("invalid_grant", 50076, claims='{"access_token":{}}'), "sign-in-needed", False),
        (said("invalid_grant", 50105, suberror="message_only"), "provider-refused", False),
        (said("interaction_required", 50076), "sign-in-needed", False),
        (said("consent_required", 65001), "sign-in-needed", False),
        (said("login_required"), "sign-in-needed", False),
        (said("invalid_scope", 70011), "provider-refused", False),
        (said("unauthorized_client", 700016), "provider-refused", False),
        (said("temporarily_unavailable"), "provider-unreachable", False),
        (said("invalid_grant", 50196), "provider-unreachable", False),
        (said("invalid_grant", 90033), "provider-unreachable", False),
    ],
)
def test_what_ends_a_login_and_what_does_not(answer: dict[str, Any], kind: str, *, dead: bool) -> None:
    failure = of_user(answer)
    assert (failure.kind, failure.state_dead) == (kind, dead)


def test_the_claims_of_a_refusal_are_told() -> None:
    asked = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    assert of_user(said("interaction_required", 50076, claims=asked)).claims == asked
    assert of_application(said("interaction_required", 50076, claims=asked)).claims is None


@pytest.mark.parametrize("claims", ["", "{", "[]", "5", 5, None, {"a": 1}, '{"a":' + '"b' * 5000 + '"}', "[" * 4000])
def test_claims_that_nobody_could_send_are_none(claims: object) -> None:
    assert of_user(said("interaction_required", 50076, claims=claims)).claims is None


def test_claims_that_echo_a_secret_are_dropped() -> None:
    failure = of_user(said("interaction_required", 50076, claims='{"x":"planted-refresh-token"}'))
    assert without(["planted-refresh-token"], failure).claims is None
    assert without(["another"], failure).claims == failure.claims


def test_only_a_refresh_token_that_was_sent_can_be_dead() -> None:
    assert not of_user(said("invalid_grant", 54005), refresh=False).state_dead


def test_an_application_has_nobody_to_sign_in() -> None:
    failure = of_application(said("invalid_grant", 50126))
    assert (failure.kind, failure.state_dead) == ("provider-refused", False)


def test_only_the_first_sentence_is_shown_and_in_one_line() -> None:
    text = "User account '{EmailHidden}' is not here.\r\nkeyturn: hint: rm -rf ~. More about alice@contoso.example."
    sentence = of_user(said("invalid_grant", 50034, text)).sentence
    assert sentence.endswith(f"AADSTS50034: User account '{{EmailHidden}}' is not here (correlation id {ID})")


def test_a_description_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in of_user(said("invalid_grant", 50034, "\x1b]0;owned\x07 text")).sentence


@pytest.mark.parametrize("before", [150, 180, 195, 330, 360, 390, 1990])
@pytest.mark.parametrize("secret", ["planted-client-secret~0123456789", "planted." * 400])
def test_an_echoed_secret_leaves_no_piece_at_any_limit(before: int, secret: str) -> None:
    text = "x" * before + f" {secret}. And more."
    shown = without([secret], of_application(said("invalid_client", 7000215, text))).sentence
    assert "plant" not in shown
    assert shown.endswith(f" (correlation id {ID})")


@pytest.mark.parametrize("number", sorted(aadsts.HINTS))
def test_every_known_number_has_a_hint_for_its_profile(number: int) -> None:
    for of_user in (True, False):
        advice = aadsts.hint((number,), WORK, of_user=of_user)
        assert advice
        hint = printed(advice)
        assert "{" not in hint
        assert hint == hint.strip()
        assert not hint.endswith(".")
    assert "keyturn login" not in hint  # the last one is an application's


@pytest.mark.parametrize(
    ("ahead", "said"),
    [(7200.0, "120 min ahead of"), (-300.0, "5 min behind"), (60.0, "do not fit"), (0.0, "do not fit")],
)
def test_an_assertion_out_of_time_is_the_clocks_fault_if_that_is_wrong(ahead: float, said: str) -> None:
    answer = {"error": "invalid_client", "error_codes": [700024], AHEAD: ahead}
    assert said in str(Refusal.read(answer).failed(CI, of_user=False).failure.hint)
    other = {"error": "invalid_client", "error_codes": [700027], AHEAD: ahead}
    assert "clock" not in str(Refusal.read(other).failed(CI, of_user=False).failure.hint)


def test_no_number_is_listed_twice() -> None:
    listed = [number for numbers, _ in aadsts._ADVICE for number in numbers]
    assert sorted(set(listed)) == sorted(listed)


def test_numbers_come_from_the_codes_and_from_the_text() -> None:
    assert aadsts.numbers_in([50076, "x", True, 7], "AADSTS50034: a AADSTS50076: b") == (50076, 7, 50034)
    assert aadsts.numbers_in("50076", "") == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"error":5}', b'{"error":"a b"}', b"[]", b"\xff"])
def test_a_4xx_that_is_no_oauth_error_names_the_status(body: bytes) -> None:
    with pytest.raises(Failed) as caught:
        refused_answer(403, body, "login.example")
    assert caught.value.failure.kind == "provider-refused"
    assert "login.example answered with status 403" in caught.value.failure.sentence


def test_msal_sees_the_known_members_of_an_error_only() -> None:
    """An `id_token` beside an error makes msal decode it, and trip."""
    body = b'{"error":"invalid_grant","id_token":"x","refresh_in":"y","suberror":"bad_token"}'
    assert refused_answer(400, body, "p") == {"error": "invalid_grant", "suberror": "bad_token"}


odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=300)
    | st.lists(st.integers() | st.text(), max_size=4)
)
members = st.sampled_from(["error", "suberror", "error_description", "error_codes", "correlation_id", "claims"])


@given(st.dictionaries(members, odd), st.booleans(), st.booleans())
def test_any_error_answer_becomes_a_failure_fit_to_print(answer: dict[str, Any], user: bool, refresh: bool) -> None:  # noqa: FBT001 - hypothesis gives them by position
    failure = without([], Refusal.read(answer).failed(WORK, of_user=user, refresh=refresh).failure)
    assert failure.kind in BY_KIND
    assert failure.sentence.isprintable()
    assert failure.hint
    assert failure.hint.isprintable()
    assert len(failure.sentence) <= 400
