"""git's credential protocol against the vectors, and what holds for any bytes at all."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.protocols import git
from support import places

VECTORS = tomllib.loads((places.VECTORS / "git" / "requests.toml").read_text("utf-8"))
LINES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"protocol=https", b"host=dev.azure.com", b"", b"wwwauth[]=x", b"state[]=", b"password=p"]),
)


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
