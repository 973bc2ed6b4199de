"""kubectl's exec credentials against the vectors, and what holds for any bytes at all."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.errors import UsageError
from keyturn.protocols import kubectl
from support import places

VECTORS = places.VECTORS / "kube"
REQUESTS = tomllib.loads((VECTORS / "requests.toml").read_text("utf-8"))
ANSWERS = tomllib.loads((VECTORS / "answers.toml").read_text("utf-8"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*kubectl.VERSIONS, kubectl.KIND]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "apiVersion", "spec", "cluster", "server", "interactive", "config"]), inner
        )
    ),
    max_leaves=8,
)
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
EXPIRIES = st.floats(min_value=1, max_value=253402300799, allow_nan=False)


@pytest.mark.parametrize("case", REQUESTS["request"], ids=lambda case: case["name"])
def test_request_is_read(case: dict[str, Any]) -> None:
    request = kubectl.parse(case["info"].encode())
    trust = kubectl.Trust(**case.get("trust", {}))
    assert request == kubectl.ExecRequest(**case["expect"], trust=trust)


@pytest.mark.parametrize("case", REQUESTS["malformed"], ids=lambda case: case["name"])
def test_malformed_request_is_a_usage_error(case: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        kubectl.parse(case["info"].encode())
    assert caught.value.sentence == case["error"]
    assert caught.value.exit_status == 2
    assert caught.value.hint


@pytest.mark.parametrize("info", [b"\xff", b"[" * 100_000, b"1" * 5000, b"\xff\xfe{\x00}\x00"])
def test_bytes_that_no_client_sends(info: bytes) -> None:
    with pytest.raises(UsageError, match="is not a JSON object"):
        kubectl.parse(info)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_request_or_a_usage_error(info: bytes) -> None:
    parse_or_refuse(info)


@given(spec=JSON, version=st.sampled_from([*kubectl.VERSIONS, "v2"]))
def test_any_spec_is_a_request_or_a_usage_error(spec: object, version: str) -> None:
    parse_or_refuse(json.dumps({"kind": "ExecCredential", "apiVersion": version, "spec": spec}).encode())


@given(JSON)
def test_any_cluster_but_none_names_a_server_or_is_refused(cluster: object) -> None:
    document = {"kind": kubectl.KIND, "apiVersion": kubectl.V1, "spec": {"cluster": cluster}}
    try:
        request = kubectl.parse(json.dumps(document).encode())
    except UsageError:
        assert cluster is not None
        return
    assert bool(request.cluster_server) is (cluster is not None)


def parse_or_refuse(info: bytes) -> None:
    try:
        request = kubectl.parse(info)
    except UsageError as error:
        lines = error.lines().splitlines()
    else:
        lines = []
        assert request.api_version in kubectl.VERSIONS
        assert isinstance(request.interactive, bool)
        assert request.cluster_server is None or request.cluster_server
    assert len(lines) in {0, 2}


@pytest.mark.parametrize("case", ANSWERS["answer"], ids=lambda case: case["name"])
def test_answer(case: dict[str, Any]) -> None:
    assert kubectl.answer(case["token"], case["expires_at"], case["version"]) == f"{case['document']}\n".encode()


@pytest.mark.parametrize("case", ANSWERS["refused"], ids=lambda case: case["name"])
def test_answer_that_a_client_would_fail_on_is_refused_without_showing_it(case: dict[str, Any]) -> None:
    token, expires_at = case.get("token", "hunter2"), case.get("expires_at", 1e9)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is looked at below
        kubectl.answer(token, expires_at, case.get("version", kubectl.V1))
    assert "hunter2" not in repr(caught.value)
    assert not isinstance(caught.value, UnicodeError)


@given(token=TOKENS, expires_at=EXPIRIES, version=st.sampled_from(kubectl.VERSIONS))
def test_an_answer_is_read_back_as_it_was_meant(token: str, expires_at: float, version: str) -> None:
    body = kubectl.answer(token, expires_at, version)
    read = json.loads(body)
    assert body.count(b"\n") == 1
    assert body.isascii()
    assert (read["kind"], read["apiVersion"]) == ("ExecCredential", version)
    assert read["status"]["token"] == token
    expiry = read["status"]["expirationTimestamp"]
    assert len(expiry) == len("2030-01-01T00:00:00Z")
    assert datetime.fromisoformat(expiry).timestamp() == math.floor(expires_at)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], kubectl.KubeOptions()),
        (["--profile", "work"], kubectl.KubeOptions("work")),
        (["--profile=work"], kubectl.KubeOptions("work")),
        (["--server-id", "x", "--profile", "work"], kubectl.KubeOptions("work", "x")),
        (["--server-id=https://h//"], kubectl.KubeOptions(None, "https://h")),
        (["--server-id", "https://h/.default"], kubectl.KubeOptions(None, "https://h")),
        (["--server-id", "https://h//.default"], kubectl.KubeOptions(None, "https://h")),
        (["--profile", "home", "--profile=work"], kubectl.KubeOptions("work")),
        (["--profile", "--server-id"], kubectl.KubeOptions("--server-id")),
    ],
)
def test_options(arguments: list[str], expected: kubectl.KubeOptions) -> None:
    assert kubectl.options(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--profile"], "--profile lacks a value"),
        (["--profile="], "--profile lacks a value"),
        (["--server-id", ""], "--server-id lacks a value"),
        (["--server-id=/"], "--server-id is not the id of an application"),
        (["--server-id", "a b"], "--server-id is not the id of an application"),
        (["--server-id", "/.default"], "--server-id is not the id of an application"),
        (["--server-id", "x\n"], "--server-id is not the id of an application"),
        (["--login", "spn"], "kube-credential-keyturn has no option --login"),
        (["work"], "kube-credential-keyturn has no option work"),
        ([""], "kube-credential-keyturn has no option"),
    ],
)
def test_wrong_options(arguments: list[str], error: str) -> None:
    with pytest.raises(UsageError) as caught:
        kubectl.options(arguments)
    assert caught.value.sentence == error
