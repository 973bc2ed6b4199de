"""git's credential protocol against the vectors, and what holds for any bytes at all."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.errors import UsageError
from keyturn.protocols import git
from support import places

VECTORS = tomllib.loads((places.VECTORS / "git" / "requests.toml").read_text("utf-8"))
LINES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"protocol=https", b"host=dev.azure.com", b"", b"wwwauth[]=x", b"state[]=", b"password=p"]),
)
NOT_IN_A_VALUE = "\n\r\0"
VALUES = st.text(st.characters(exclude_characters=NOT_IN_A_VALUE, exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("case", VECTORS["request"], ids=lambda case: case["name"])
def test_request_is_read(case: dict[str, Any]) -> None:
    expected = git.GitRequest("", "")._asdict()
    expected |= {key: tuple(value) if isinstance(value, list) else value for key, value in case["expect"].items()}
    assert git.parse(case["body"].encode())._asdict() == expected


@pytest.mark.parametrize("case", VECTORS["malformed"], ids=lambda case: case["name"])
def test_malformed_request_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(git.MalformedRequest):
        git.parse(case["body"].encode())


def test_bytes_that_are_not_utf8_are_kept_apart() -> None:
    assert git.parse(b"protocol=https\nhost=\xff.example\n").host == "\udcff.example"


@given(st.lists(LINES, max_size=8).map(b"\n".join))
def test_any_bytes_are_a_request_or_malformed(body: bytes) -> None:
    try:
        request = git.parse(body)
    except git.MalformedRequest:
        return
    assert request.protocol
    assert request.host
    assert not any(character in f"{request.protocol}{request.host}{request.path}" for character in "\n\r\0")


def test_neither_password_nor_its_pieces_are_in_the_repr() -> None:
    request = git.parse(b"protocol=https\nhost=h\nusername=u\npassword=hunter2\nstate[]=s3cret\n")
    assert request.password == "hunter2"
    assert repr(request) == f"{request}" == "GitRequest(protocol='https', host='h', path=None)"


@given(
    username=VALUES,
    password=VALUES.filter(bool),
    expires_at=st.floats(min_value=1, max_value=2**40, allow_nan=False),
)
def test_an_answer_is_read_back_as_it_was_meant(username: str, password: str, expires_at: float) -> None:
    body = git.answer(username=username, password=password, expires_at=expires_at)
    assert body.endswith(b"\n")
    read = git.parse(b"protocol=https\nhost=h\n" + body)
    assert (read.username, read.password) == (username, password)
    assert read.password_expiry_utc == math.floor(expires_at)


@pytest.mark.parametrize("forbidden", [*NOT_IN_A_VALUE, "\udcff"])
@pytest.mark.parametrize("field", ["username", "password"])
def test_an_answer_that_git_would_misread_is_refused_without_showing_it(field: str, forbidden: str) -> None:
    values = {"username": "alice", "password": "hunter2", field: f"hunter2{forbidden}host=evil.example"}
    with pytest.raises(ValueError, match=f"^the {field} ") as caught:
        git.answer(username=values["username"], password=values["password"], expires_at=1e9)
    assert "hunter2" not in repr(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_empty_password_is_no_answer() -> None:
    with pytest.raises(ValueError, match="empty password"):
        git.answer(username="alice", password="", expires_at=1e9)


@pytest.mark.parametrize("expires_at", [0.0, 0.9, -1.0, math.nan, math.inf, -math.inf])
def test_an_expiry_git_reads_as_never_is_refused(expires_at: float) -> None:
    with pytest.raises(ValueError, match="expiry"):
        git.answer(username="alice", password="p", expires_at=expires_at)


@pytest.mark.parametrize(
    ("arguments", "profile"),
    [
        ([], None),
        (["--profile", "work"], "work"),
        (["--profile=work"], "work"),
        (["--profile", "--odd"], "--odd"),
        (["--profile", "home", "--profile=work"], "work"),
    ],
)
def test_options(arguments: list[str], profile: str | None) -> None:
    assert git.options(arguments) == git.GitOptions(profile=profile)


@pytest.mark.parametrize("arguments", [["--profile"], ["--profile="], ["--profile", ""]])
def test_profile_without_a_name(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match=r"^--profile lacks the name of a profile$"):
        git.options(arguments)


@pytest.mark.parametrize("argument", ["--prof", "-p", "work", "", "--profiles=x"])
def test_unknown_option(argument: str) -> None:
    with pytest.raises(UsageError, match=r"^git-credential-keyturn has no option") as caught:
        git.options([argument])
    assert caught.value.exit_status == 2


def test_the_fixed_answers() -> None:
    assert (git.NOTHING, git.QUIT, git.CAPABILITIES) == (b"", b"quit=1\n", b"version 0\n")
