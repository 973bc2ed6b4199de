"""docker's credential helper protocol against the vectors, and what holds for any bytes at all."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.errors import UsageError
from keyturn.kinds_of_hints import Sentence
from keyturn.problems import BY_KIND
from keyturn.protocols import docker
from support import places

VECTORS = places.VECTORS / "docker"
STORES = tomllib.loads((VECTORS / "stores.toml").read_text("utf-8"))["store"]
NAMES = ["keyturn", "contoso.azurecr.io", "https://contoso.azurecr.io"]
MAGIC = [
    "credentials not found in native keychain",
    "no credentials server URL",
    "no credentials username",
]
"""What clients compare a failure's whole stdout with, white space aside."""


def test_the_fixed_answers() -> None:
    assert docker.NOT_FOUND == b"credentials not found in native keychain\n"
    assert docker.NO_SERVER == b"no credentials server URL\n"
    assert docker.NOTHING == b""
    assert docker.NULL_GUID == "00000000-0000-0000-0000-000000000000"
    assert docker.version("1.2.3") == b"docker-credential-keyturn (keyturn) 1.2.3\n"


@pytest.mark.parametrize("kind", BY_KIND)
def test_what_a_person_must_do_first_is_not_found_and_the_rest_is_told(kind: str) -> None:
    """Not being found lets clients that ask for every registry go on with the others."""
    error = BY_KIND[kind]("it failed", Sentence("do this"))
    persons = kind in {"sign-in-needed", "configuration", "configuration-unreadable", "vault-locked"}
    assert docker.failed(error) == (docker.NOT_FOUND.decode() if persons else "keyturn: it failed; do this\n")


@pytest.mark.parametrize("server", ["x", "https://index.docker.io/v1/", "\udcff"])
def test_a_server_that_is_not_ours_is_not_found(server: str) -> None:
    assert docker.unknown(server) == docker.NOT_FOUND


def test_no_server_at_all_is_an_error_of_its_own() -> None:
    assert docker.unknown(docker.server_name(b" \n")) == docker.NO_SERVER


@pytest.mark.parametrize("around", [b"", b"\n", b"\r\n", b" ", b"\t\n"])
def test_white_space_around_a_server_is_not_part_of_it(around: bytes) -> None:
    assert docker.server_name(around + b"contoso.azurecr.io" + around) == "contoso.azurecr.io"


@given(st.binary(max_size=40))
def test_any_bytes_are_a_name(body: bytes) -> None:
    name = docker.server_name(body)
    assert name.encode("utf-8", "surrogateescape") in body


@pytest.mark.parametrize("case", STORES, ids=lambda case: case["name"])
def test_store(case: dict[str, Any]) -> None:
    if "error" not in case:
        assert docker.parse_store(case["body"].encode()) == case["server"]
        return
    with pytest.raises(UsageError) as caught:
        docker.parse_store(case["body"].encode())
    assert "hunter2" not in caught.value.lines() + caught.value.output
    assert caught.value.output.startswith("keyturn: ")


@given(st.binary(max_size=40))
def test_any_bytes_are_credentials_or_a_usage_error(body: bytes) -> None:
    try:
        server = docker.parse_store(body)
    except UsageError:
        return
    assert isinstance(server, str)


def test_json_nested_too_deeply_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        docker.parse_store(b"[" * 100_000)


@given(server=st.sampled_from(NAMES), username=st.text(max_size=10), secret=st.text(min_size=1, max_size=40))
def test_an_answer_is_one_value_that_reads_back(server: str, username: str, secret: str) -> None:
    body = docker.answer(server, username, secret)
    assert body.isascii()
    assert body.endswith(b"}\n")
    assert body.count(b"\n") == 1
    assert json.loads(body) == {"ServerURL": server, "Username": username, "Secret": secret}


def test_an_answer_in_full() -> None:
    body = docker.answer("contoso.azurecr.io", docker.NULL_GUID, "eyJ0")
    assert body == (
        b'{"ServerURL":"contoso.azurecr.io","Username":"00000000-0000-0000-0000-000000000000","Secret":"eyJ0"}\n'
    )


def test_an_empty_secret_is_no_answer() -> None:
    with pytest.raises(ValueError, match="empty secret"):
        docker.answer("contoso.azurecr.io", docker.NULL_GUID, "")


def test_list_names_every_server_with_the_user_that_get_gives() -> None:
    assert docker.listing(["b.example:5000", "a.example"]) == (
        f'{{"a.example":"{docker.NULL_GUID}","b.example:5000":"{docker.NULL_GUID}"}}\n'.encode()
    )
    assert docker.listing([]) == b"{}\n"


@pytest.mark.parametrize("sentence", [*MAGIC, "nobody is signed in for profile work"])
@pytest.mark.parametrize("hint", ["keyturn login work", None])
def test_a_refusal_is_one_line_and_never_means_something_else(sentence: str, hint: str | None) -> None:
    text = docker.refusal(sentence, hint)
    assert text.count("\n") == 1
    assert text.strip() not in MAGIC
    assert sentence in text
    assert hint is None or hint in text
    assert docker.KEEPS_NOTHING.decode().strip() not in MAGIC


def test_there_are_no_options() -> None:
    docker.check_arguments([])
    with pytest.raises(UsageError, match=r"^docker-credential-keyturn has no option --profile$"):
        docker.check_arguments(["--profile", "work"])
