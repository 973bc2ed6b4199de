"""kubelogin's flags and variables, case by case, and whatever else may stand in a kubeconfig."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.errors import KeyturnError
from keyturn.protocols.kubelogin import variables
from keyturn.protocols.kubelogin.flags import OF_CONVERT, SWITCHES, TEXTS, parse, seconds
from keyturn.protocols.kubelogin.sources import Sources
from keyturn.protocols.kubelogin.wish import Wish, wish
from support import places

CASES: list[dict[str, Any]] = tomllib.loads((places.VECTORS / "kubelogin" / "wishes.toml").read_text("utf-8"))["case"]
WORDS = st.one_of(
    st.sampled_from([f"--{name}" for name in (*TEXTS, *SWITCHES, *OF_CONVERT)]), st.text(max_size=12), st.just("--")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_wish(case: dict[str, Any]) -> None:
    words = [*([] if case.get("bare") else ["--server-id", "S"]), *case.get("flags", [])]
    lookup = case.get("variables", {}).get
    if "refused" in case:
        with pytest.raises(KeyturnError) as caught:
            wish(parse(words), lookup)
        assert caught.value.sentence.startswith(case["refused"])
        assert caught.value.hint
        return
    expected = Wish("devicecode", "S")._replace(**case["wish"])
    expected = expected._replace(secret_variables=tuple(expected.secret_variables))
    assert wish(parse(words), lookup)._asdict() == expected._asdict()


@given(st.lists(WORDS, max_size=6), st.dictionaries(st.sampled_from(variables.PLAIN), st.text(max_size=8)))
def test_any_words_are_a_wish_or_an_error(words: list[str], environment: dict[str, str]) -> None:
    try:
        found = wish(parse(words), environment.get)
    except KeyturnError:
        return
    assert found.server_id
    assert found.timeout > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1m0s", 60.0),
        ("90s", 90.0),
        ("1.5h", 5400.0),
        ("100ms", 0.1),
        ("0", 0.0),
        ("-1.5s", -1.5),
        ("1d", None),
        ("--1s", None),
        ("2562047h", 2562047 * 3600.0),
        ("2562048h", None),
        ("1" * 8000 + "s", None),
        ("1" * 8000, None),
    ],
)
def test_durations_of_go(text: str, expected: float | None) -> None:
    assert seconds(text) == pytest.approx(expected)


def test_secrets_are_in_no_text() -> None:
    environment: dict[str, str] = {}
    told = wish(parse(["--server-id", "S", "--client-secret", "s3cret"]), environment.get)
    assert "s3cret" not in repr(told) + str(told.told)


def test_no_variable_is_plain_and_secret() -> None:
    assert not {*variables.PLAIN} & {*variables.SECRET}
    assert not [name for name in variables.PLAIN if "SECRET" in name or "PASSWORD" in name or name.endswith("TOKEN")]


@pytest.mark.parametrize(
    ("flag", "older", "newer"),
    [
        ("username", "AAD_USER_PRINCIPAL_NAME", "AZURE_USERNAME"),
        ("password", "AAD_USER_PRINCIPAL_PASSWORD", "AZURE_PASSWORD"),
    ],
)
def test_a_persons_newer_variable_counts_before_the_older_one(flag: str, older: str, newer: str) -> None:
    """They get into a stanza that is converted (reference/kubernetes.md section 6)."""
    variables = {older: "old", newer: "new"}
    assert Sources({flag: "given"}, variables.get).value(flag, "ropc") == "new"
    assert Sources({flag: "given"}, {older: "old"}.get).value(flag, "ropc") == "old"
