"""Hints that say all that was typed once more: nothing of it is lost, and nothing is said that may be a secret."""

from __future__ import annotations

import shlex

import pytest

from keyturn.errors import UsageError
from keyturn.kinds_of_hints import Sentence
from keyturn.problems import from_problem
from keyturn.retyped import in_full


def hint(typed: str, *lacking: str, first: str = "a shorter one") -> str:
    words = shlex.split(typed)
    error = UsageError("which one?", Sentence(f"keyturn {words[0]} {first}"))
    error.lacking = lacking
    return str(in_full(from_problem(error.to_problem()), words).hint)


@pytest.mark.parametrize(
    ("typed", "lacking", "told"),
    [
        ("login --again", "work", "login --again work"),
        ("awx tokens list --mine", "--profile work", "awx tokens list --mine --profile work"),
        ("token ci --format header", "--audience arm", "token ci --format header --audience arm"),
        ("token ci --min-life 30d --renew", "--min-life 59m", "token ci --renew --min-life 59m"),
        ("token ci --min-life=30d --renew", "--min-life 59m", "token ci --renew --min-life 59m"),
        ("logout tower --json", "--locally", "logout tower --json --locally"),
        ("init --account me@contoso.example me@tower", "work", "init --account me@contoso.example me@tower work"),
        ("init contoso.azurecr.io/app:1@sha256:0a", "work", "init contoso.azurecr.io/app:1@sha256:0a work"),
        ("target add ssh://git@ssh.dev.azure.com/v3/x", "work", "target add ssh://git@ssh.dev.azure.com/v3/x work"),
        ("run --renew -- curl planted", "work", "run --renew work -- COMMAND"),
    ],
)
def test_what_was_left_out_is_put_in(typed: str, lacking: str, told: str) -> None:
    assert hint(typed, *lacking.split()) == f"keyturn {told}"


@pytest.mark.parametrize(
    "typed",
    [
        "awx new-token --password planted", "helper git get", "login 'a\nb'",
        "token --registry https://me:plan/ted@registry.example", "token --registry=me:planted@registry.example",
        "init https://planted@dev.azure.com/contoso", "init ssh://git:planted@dev.azure.com/contoso", "awx new-token url=https://me:planted@awx.example",
    ],
)  # fmt: skip
def test_what_may_not_be_said_again_is_not(typed: str) -> None:
    assert hint(typed, "work").endswith(" a shorter one")


def test_another_verb_that_this_one_runs_is_not_mistaken_for_it() -> None:
    error = UsageError("which one?", Sentence("keyturn login work"))
    error.lacking = ("work",)
    assert in_full(error, ["init", "contoso.azurecr.io"]).hint == "keyturn login work"


@pytest.mark.parametrize("typed", ["token ci --audience grph --renew", "token ci --audience=grph --renew"])
def test_what_was_mistyped_is_set_right(typed: str) -> None:
    error = UsageError("may not", Sentence("keyturn token ci --audience graph"))
    error.mistyped = "grph", "graph"
    assert (
        in_full(from_problem(error.to_problem()), typed.split()).hint == f"keyturn {typed.replace('grph', 'graph')}"
    )
