"""keyturnd.acquire.failed: nothing secret and nothing unprintable leaves in a failure."""

from __future__ import annotations

from keyturn.errors import Bug, ProviderRefused
from keyturnd.acquire.failed import SENTENCE_LIMIT, Failed, bug, without
from keyturnd.messages import Failure


def test_sentences_are_one_short_line() -> None:
    failure = Failed(ProviderRefused, "a\r\nb\x1b[1m" + "c" * 1000, "d\ne").failure
    assert failure.sentence.startswith("a b [1mccc")
    assert len(failure.sentence) == SENTENCE_LIMIT
    assert failure.hint == "d e"


def test_msal_catches_no_failure() -> None:
    """It catches ValueError and OSError around discovery, and would hide why it failed."""
    assert not issubclass(Failed, ValueError | OSError)


def test_secrets_are_cut_out_in_every_form() -> None:
    failure = Failure("bug", "it was s3c/ret+1, or s3c%2Fret%2B1, or s3c/ret%2B1", "try s3c/ret+1", 5.0, code="c")
    assert without(["s3c/ret+1"], failure) == Failure("bug", "it was …, or …, or …", "try …", 5.0, code="c")
    assert without([], failure) == failure


def test_a_bug_tells_class_and_place_and_never_the_text() -> None:
    try:
        int("planted-secret")
    except ValueError as error:
        failure = bug(error)
    assert failure.kind == Bug.kind
    assert "ValueError at test_failed.py:" in failure.sentence
    assert "planted-secret" not in repr(failure)


def test_a_bug_without_a_traceback_is_told_too() -> None:
    assert "KeyError at an unknown place" in bug(KeyError("planted-secret")).sentence
