"""keyturnd.acquire.failed: nothing secret and nothing unprintable leaves in a failure."""

from __future__ import annotations

import errno
import threading

import pytest

from keyturn.errors import AcquisitionDied, Bug, ProviderRefused
from keyturn.kinds_of_hints import Sentence
from keyturnd.acquire.failed import SENTENCE_LIMIT, Failed, unexpected, without
from keyturnd.messages.outcomes import Failure


def test_sentences_are_one_short_line() -> None:
    failure = without([], Failed(ProviderRefused, "a\r\nb\x1b[1m" + "c" * 1000, Sentence("d\ne")).failure)
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


def test_a_secret_of_one_letter_leaves_an_error_readable() -> None:
    failure = Failure("bug", "a wrong password: a", "ask an administrator")
    assert without(["a"], failure) == Failure("bug", "… wrong password: …", "ask an administrator")


@pytest.mark.parametrize("before", range(SENTENCE_LIMIT - 12, SENTENCE_LIMIT + 2))
def test_no_piece_of_a_secret_is_left_at_the_limit(before: int) -> None:
    failure = Failed(
        ProviderRefused, "x" * before + "planted-secret", Sentence("y" * before + "planted-secret")
    ).failure
    shown = without(["planted-secret"], failure)
    assert "p" not in shown.sentence + (shown.hint or "")
    assert len(shown.sentence) <= SENTENCE_LIMIT


@pytest.mark.parametrize("secret", ["planted  secret", "planted\tsecret", " planted secret\n", "planted secret."])
def test_a_secret_is_cut_out_of_a_folded_text_too(secret: str) -> None:
    failure = Failed(ProviderRefused, f"no: {secret}".rstrip("."), Sentence(f"try {secret} again")).failure
    shown = without([secret], failure)
    assert "planted" not in shown.sentence + (shown.hint or "")


def test_a_secret_within_another_leaves_nothing_of_the_longer_one() -> None:
    failure = without(["middle", "left-middle-right"], Failure("bug", "it was left-middle-right"))
    assert failure.sentence == "it was …"


@pytest.mark.parametrize("width", [16, 30, 76])
def test_an_echo_in_lines_leaves_no_line_of_it(width: int) -> None:
    secret = "".join(f"{number:x}." for number in range(300))
    lines = [secret[at : at + width] for at in range(0, len(secret), width)]
    failure = without([secret], Failed(ProviderRefused, f"bad token={' '.join(lines)}", Sentence(lines[1])).failure)
    assert failure.sentence.startswith("bad token=… …")
    assert not any(line in failure.sentence + str(failure.hint) for line in lines if len(line) == width)


def test_a_secret_of_white_space_spoils_no_sentence() -> None:
    assert without(["\n", ". "], Failure("bug", "ab")).sentence == "ab"


def test_a_long_sentence_keeps_the_remark_at_its_end() -> None:
    """Support asks for the correlation id."""
    shown = without([], Failed(ProviderRefused, "x" * 1000 + " (correlation id 1234-567)").failure).sentence
    assert shown.endswith("x… (correlation id 1234-567)")
    assert len(shown) == SENTENCE_LIMIT


def test_a_bug_tells_class_and_place_and_never_the_text() -> None:
    try:
        int("planted-secret")
    except ValueError as error:
        failure = unexpected(error)
    assert failure.kind == Bug.kind
    assert "ValueError at test_failed.py:" in failure.sentence
    assert "planted-secret" not in repr(failure)


def test_a_bug_without_a_traceback_is_told_too() -> None:
    assert "KeyError at an unknown place" in unexpected(KeyError("planted-secret")).sentence


@pytest.mark.parametrize(
    "scarce", [MemoryError(), OSError(errno.EMFILE, "planted"), OSError(errno.ENOMEM, "planted")]
)
def test_what_the_system_lacks_is_no_bug(scarce: BaseException) -> None:
    failure = unexpected(scarce)
    assert (failure.kind, failure.hint) == (AcquisitionDied.kind, "run the command again")
    assert "planted" not in failure.sentence


def test_nor_is_what_an_upgrade_has_taken_away_for_a_moment() -> None:
    failure = unexpected(ModuleNotFoundError("No module named 'planted'"))
    assert (failure.kind, failure.hint) == (AcquisitionDied.kind, "run the command again")
    assert failure.sentence.startswith("a part of keyturn's installation is missing, as while it is upgraded (Module")
    assert "planted" not in failure.sentence


def test_nor_is_a_thread_that_cannot_be_had() -> None:
    """In Python's own words, which are all that tells it from another RuntimeError."""
    before = threading.stack_size(1 << 46)  # bytes, more than any process may have
    try:
        with pytest.raises(RuntimeError) as none_left:
            threading.Thread(target=print).start()
    finally:
        threading.stack_size(before)
    assert unexpected(none_left.value).kind == AcquisitionDied.kind
    assert unexpected(RuntimeError("cannot enter context")).kind == Bug.kind
