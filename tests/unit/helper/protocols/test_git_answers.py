"""What git reads from us, and that it could not be read as anything else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.protocols import git, git_answers

NOT_IN_A_VALUE = "\n\r\0"
VALUES = st.text(st.characters(exclude_characters=NOT_IN_A_VALUE, exclude_categories=["Cs"]), max_size=40)


@given(
    username=VALUES,
    password=VALUES.filter(bool),
    expires_at=st.floats(min_value=1, max_value=2**40, allow_nan=False),
)
def test_an_answer_is_read_back_as_it_was_meant(username: str, password: str, expires_at: float) -> None:
    body = git_answers.answer(username=username, token=password, expires_at=expires_at)
    assert body.endswith(b"\n")
    read = git.parse(b"protocol=https\nhost=h\n" + body)
    assert (read.username, read.password) == (username, password)
    assert read.password_expiry_utc == math.floor(expires_at)


@pytest.mark.parametrize("forbidden", [*NOT_IN_A_VALUE, "\udcff"])
@pytest.mark.parametrize("field", ["username", "password"])
def test_an_answer_that_git_would_misread_is_refused_without_showing_it(field: str, forbidden: str) -> None:
    values = {"username": "alice", "password": "hunter2", field: f"hunter2{forbidden}host=evil.example"}
    with pytest.raises(ValueError, match=f"^the {field} ") as caught:
        git_answers.answer(username=values["username"], token=values["password"], expires_at=1e9)
    assert "hunter2" not in repr(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_empty_password_is_no_answer() -> None:
    with pytest.raises(ValueError, match="empty password"):
        git_answers.answer(username="alice", token="", expires_at=1e9)


@pytest.mark.parametrize("expires_at", [0.0, 0.9, -1.0, math.nan, math.inf, -math.inf])
def test_an_expiry_git_reads_as_never_is_refused(expires_at: float) -> None:
    with pytest.raises(ValueError, match="expiry"):
        git_answers.answer(username="alice", token="p", expires_at=expires_at)


def test_the_fixed_answers() -> None:
    assert (git_answers.NOTHING, git_answers.QUIT) == (b"", b"quit=1\n")
    assert git_answers.CAPABILITIES == b"version 0\ncapability authtype\ncapability state\n"


@pytest.mark.parametrize(("offered", "said"), [((), False), (("state",), False), (("authtype", "state"), True)])
def test_ephemeral_is_said_to_whoever_knows_it(offered: tuple[str, ...], *, said: bool) -> None:
    """It is a part of the capability authtype (git-credential(1))."""
    body = git_answers.answer(username="u", token="t", expires_at=9, offered=offered)
    assert (b"\nephemeral=1\n" in body) is said
