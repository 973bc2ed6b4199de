"""keyturnd.acquire.awx.refusals: each recorded refusal in words that help, and no secret in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturnd.acquire.awx.api import Reply
from keyturnd.acquire.awx.credentials import basic, bearer, hidden_in
from keyturnd.acquire.awx.dialects import NoTokens
from keyturnd.acquire.awx.refusals import Denied, refusal
from keyturnd.messages.states import AwxState
from support.awx.in_memory import FORBIDDEN, IDENTITY, NOW, PASSWORD, UNKNOWN, InMemoryAwx

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api
    from keyturnd.acquire.awx.credentials import Credential
    from keyturnd.acquire.failed import Failed
    from keyturnd.messages.identities import AwxIdentity

EXTERNAL = (
    "(access_denied) OAuth2 Tokens cannot be created by users "
    "associated with an external authentication provider (ldap)"
)
BASIC = basic(IDENTITY, PASSWORD)


def refused(status: int, document: Any, identity: AwxIdentity = IDENTITY, credential: Credential = BASIC) -> Failed:
    return refusal(cast("Api", InMemoryAwx(identity)), Reply(status, document, NOW), credential)


@pytest.mark.parametrize("detail", [UNKNOWN, {"detail": "Invalid username/password."}])
def test_a_wrong_password_or_none_accepted(detail: dict[str, str]) -> None:
    failed = refused(401, detail)
    assert isinstance(failed, Denied)
    assert (failed.dead, failed.other_credential, failed.failure.state_dead) == (True, True, False)
    assert failed.failure.sentence == "awx.example refused the name or the password of alice, or takes no passwords"
    assert failed.failure.hint == "keyturn login tower"


def test_a_token_that_somebody_deleted() -> None:
    """No password was sent, so none was wrong; a plain login would find the token in memory and be content."""
    failed = refused(401, UNKNOWN, credential=bearer(AwxState("alice", "planted", 7)))
    assert isinstance(failed, Denied)
    assert (failed.dead, failed.other_credential) == (True, True)
    assert failed.failure.sentence == "awx.example takes the token of profile tower no longer"
    assert failed.failure.hint == "keyturn login tower --again"


def test_an_external_account() -> None:
    """No other credential of the same user helps, so none is tried (awx#2191)."""
    failed = refused(403, {"detail": EXTERNAL})
    assert isinstance(failed, Denied)
    assert not failed.other_credential
    assert failed.failure.sentence == (
        "alice is a user of an external directory (ldap), for whom awx.example creates no tokens"
    )
    assert "ALLOW_OAUTH2_FOR_EXTERNAL_USERS" in (failed.failure.hint or "")


def test_an_external_account_of_an_unusual_name() -> None:
    detail = EXTERNAL.replace("(ldap)", "(<b>\x1b[2J)")
    assert "external directory, for whom" in refused(403, {"detail": detail}).failure.sentence


def test_no_right() -> None:
    failed = refused(403, FORBIDDEN, replace(IDENTITY, application=7))
    assert isinstance(failed, Denied)
    assert failed.other_credential
    assert "keyturn awx applications list --profile tower" in (failed.failure.hint or "")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"application": ['Invalid pk "9999" - object does not exist.']},
            'application: Invalid pk "9999" - object does not exist',
        ),
        ({"scope": "This field may not be blank."}, "scope: This field may not be blank"),
        (
            {"detail": "OAuth2Application matching query does not exist."},
            "OAuth2Application matching query does not exist",
        ),
        ({"x": 7, "y": [], "z": [1]}, "it gives no reason"),
    ],
)
def test_a_bad_request(document: dict[str, Any], said: str) -> None:
    assert refused(400, document).failure.sentence == f"awx.example does not take the request: {said}"


def test_tokens_that_are_not_there() -> None:
    assert isinstance(refused(404, {"detail": "The requested resource could not be found."}), NoTokens)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 415])
def test_a_page_is_not_awxs_word(status: int) -> None:
    failed = refused(status, None)
    assert not isinstance(failed, Denied)
    assert f"status {status} and no reason" in failed.failure.sentence


@pytest.mark.parametrize("status", [302, 405, 406, 415, 418])
def test_any_other_status(status: int) -> None:
    assert f"status {status}" in refused(status, {"detail": "?"}).failure.sentence


def test_an_echo_of_the_password() -> None:
    header = BASIC.header.partition(" ")[2]
    assert PASSWORD not in refused(400, {"detail": f"not with {PASSWORD}, {header}"}).failure.sentence
    assert header not in refused(403, {"detail": f"not with {PASSWORD}, {header}"}).failure.sentence


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("before", [0, 189, 195, 1995])
@pytest.mark.parametrize("password", ["correct horse  battery", "correct\thorse", "correct horse.", " correct"])
def test_an_echo_is_cut_before_the_text_is_folded_and_shortened(status: int, before: int, password: str) -> None:
    text, credential = "x" * before + password, basic(IDENTITY, password)
    for document in ({"detail": text}, {"password": [text]}):
        sentence = refused(status, document, credential=credential).failure.sentence
        assert "corr" not in sentence
        assert "horse" not in sentence


@given(
    st.integers(400, 499),
    st.dictionaries(st.text(max_size=5), st.none() | st.text() | st.lists(st.text()) | st.integers(), max_size=3),
)
def test_no_refusal_is_too_odd(status: int, document: dict[str, Any]) -> None:
    failure = refused(status, document).failure
    assert failure.sentence.isprintable()
    assert failure.hint
    assert not failure.state_dead


def test_a_password_that_the_server_folded_is_cut_out_too() -> None:
    forms = basic(IDENTITY, "correct horse  battery").forms
    assert hidden_in("not: correct horse battery", forms) == "not: …"
