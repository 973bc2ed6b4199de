"""The words of `keyturn token` and `run` as the daemon reads them: never otherwise than the verbs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyturn.errors import KeyturnError
from keyturn.protocols.token_options import options
from keyturn.verbs.run import command
from keyturn.verbs.token import parser

if TYPE_CHECKING:
    from keyturn.console.parsing import Parser

OPTIONS = (
    "--audience", "--scope", "--min-life", "--renew", "--claims", "--no-browser", "--registry", "--format", "--json",
    "--vars-file", "--help", "--aud", "--form", "-h", "-hx", "-x", "--", "-", "",
)  # fmt: skip
VALUES = ("work", "arm", "text", "header", "env", "json", "yaml", "30m", "a b", "a=b", "", "-", "--json", "-1", "ü")
WORDS = st.one_of(
    st.sampled_from((*OPTIONS, *VALUES)),
    st.builds("{}={}".format, st.sampled_from(OPTIONS), st.sampled_from(VALUES)),
    st.text(max_size=6),
)


@given(st.lists(WORDS, max_size=6))
@example(["--json", "work", "--audience", "arm"])
@example(["work", "--audience", "arm", "--scope=b"])
@example(["work", "--", "--json"])
@example(["--format", "json", "--format", "yaml", "--json"])
@example(["--scope", "a", "--scope", "b"])
def test_what_it_understands_the_verb_understands_so_too(words: list[str]) -> None:
    found = options("token", words)
    if found is None:
        return
    said = parser().parse(words)
    assert (said.profile, said.audience, tuple(said.scopes or ())) == (found.profile, found.audience, found.scopes)
    assert (said.registry, said.min_life, said.format) == (found.registry, found.min_life, found.form)
    assert (said.renew, said.claims) == (False, None)


@given(st.lists(WORDS, max_size=6))
def test_and_so_does_the_other_verb(words: list[str]) -> None:
    found = options("run", words)
    if found is None:
        return
    said = command.parser().parse(words)
    assert (said.profile, said.audience, tuple(said.scopes or ())) == (found.profile, found.audience, found.scopes)
    assert (said.min_life, said.renew, said.claims, said.vars_file) == (found.min_life, False, None, False)


@given(st.lists(WORDS, max_size=6), st.sampled_from([("token", parser()), ("run", command.parser())]))
def test_what_a_verb_refuses_it_does_not_understand(words: list[str], verb: tuple[str, Parser]) -> None:
    name, parses = verb
    try:
        parses.parse(words)
    except (KeyturnError, SystemExit):
        assert options(name, words) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", (None, None, (), "text", None, None)),
        ("work", ("work", None, (), "text", None, None)),
        ("work --no-browser --json", ("work", None, (), "json", None, None)),
        ("--audience=arm work --format header", ("work", "arm", (), "header", None, None)),
        ("work --scope a --scope=b=c", ("work", None, ("a", "b=c"), "text", None, None)),
        ("work --registry r.example --min-life 30m", ("work", None, (), "text", "r.example", "30m")),
        ("work --json --format env --audience x --audience y", ("work", "y", (), "env", None, None)),
    ],
)
def test_plain_words_are_understood(words: str, expected: tuple[object, ...]) -> None:
    found = options("token", words.split())
    assert found is not None
    told = (found.profile, found.audience, found.scopes, found.form, found.registry, found.min_life)
    assert told == expected


def test_what_is_printed_is_not_for_running() -> None:
    for word in ("--json", "--format=text", "--registry=x"):
        assert options("token", ["work", word])
        assert options("run", ["work", word]) is None
    assert options("run", ["work", "--audience", "arm", "--no-browser"])


@pytest.mark.parametrize(
    "words",
    [
        "work --renew", "work --claims {}", "--help", "-h", "work --help", "work other", "work --audience",
        "--aud arm", "work -- x", "work --format yaml", "work --format=", "work --audience --json", "work --json=1",
        "wörk", "-",
        "work --audience arm --scope b", "work --format yaml --format text", "work --profile x", "--audience=-x work",
    ],
)  # fmt: skip
def test_whatever_is_not_plain_is_left_to_the_verb(words: str) -> None:
    assert options("token", words.split(" ")) is None
