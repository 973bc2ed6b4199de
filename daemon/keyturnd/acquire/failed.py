"""How an acquisition fails: one exception that carries the message the daemon will read."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from msgspec.structs import replace

from keyturn import moves
from keyturn.configuration.trusted import PASSING
from keyturn.errors import AcquisitionDied, Bug, one_line
from keyturn.kinds_of_hints import printed
from keyturnd.messages.outcomes import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyturn.errors import KeyturnError
    from keyturn.kinds_of_hints import Hint

PART_OF_WORDS = 3
"""Characters. No provider takes so short a secret; one that is tried by mistake need not make an error unreadable."""
SENTENCE_LIMIT = 400
"""Characters. A provider's description may be a page long; a terminal line is not."""
NO_THREAD = "can't start new thread"
"""The text of Python's RuntimeError where the system's limit of processes is reached (setrlimit(2), pids.max)."""
_WORD = re.compile(r"[\w.~+/-]{16,}", re.ASCII)
"""Long enough that it stands in a secret by no accident. What joins a name to its value is no part of it."""
_REMARK = re.compile(r" \(correlation id [0-9A-Za-z-]{8,64}\)\Z")
"""Kept when a sentence is shortened: it is what the provider's support asks for."""


class Failed(Exception):
    """Ends the acquisition with `failure`, whose texts are as long as they came until `without` has read them.

    It is neither an OSError nor a ValueError on purpose: msal catches both around the calls it makes.
    """

    def __init__(
        self,
        error: type[KeyturnError],
        sentence: str,
        hint: Hint | None = None,
        *,
        retry_after: float | None = None,
        state_dead: bool = False,
        claims: str | None = None,
        code: str = "",
    ) -> None:
        super().__init__(sentence)
        self.failure = Failure(
            error.kind,
            one_line(sentence),
            one_line(printed(hint)) if hint else None,
            retry_after=retry_after,
            state_dead=state_dead,
            claims=claims,
            code=code,
        )


@contextmanager
def beside() -> Iterator[None]:
    """Whatever fails inside is said by another than the authority: see Failure.beside."""
    try:
        yield
    except Failed as failed:
        failed.failure = replace(failed.failure, beside=True)
        raise


def unexpected(error: BaseException) -> Failure:
    """The failure of an exception nobody expected: its class and place, never its text, which may hold secrets."""
    place = f"{type(error).__name__} at {_place(error)}"
    if _is_scarcity(error):
        sentence = f"the system has no threads, memory or descriptors left for an acquisition ({place})"
        return Failure(AcquisitionDied.kind, sentence, moves.waiting.again())
    if isinstance(error, ImportError):
        sentence = f"a part of keyturn's installation is missing, as while it is upgraded ({place})"
        return Failure(AcquisitionDied.kind, sentence, moves.waiting.again())
    return Failure(Bug.kind, f"the acquisition process met an unexpected {place}", moves.waiting.report())


def _is_scarcity(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in PASSING
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and error.args == (NO_THREAD,))


def without(secrets: Iterable[str], failure: Failure) -> Failure:
    """`failure` fit to be shown: `secrets` cut out of its texts, as a provider may echo what it was sent.

    The texts are shortened only then: of a secret that lies across the limit, a piece would stay.
    """
    secrets = tuple(secrets)
    forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
    return Failure(
        failure.kind,
        _short(_without_pieces(secrets, _cut(forms, failure.sentence))),
        _short(_without_pieces(secrets, _cut(forms, failure.hint))) if failure.hint else failure.hint,
        failure.retry_after,
        beside=failure.beside,
        state_dead=failure.state_dead,
        claims=None if failure.claims is None or any(form in failure.claims for form in forms) else failure.claims,
        code=failure.code,
    )


def _forms(secret: str) -> set[str]:
    """How `secret` may look in a text: as it is, percent-encoded, or folded, and without a full stop at its end."""
    written = {secret, quote(secret), quote_plus(secret), one_line(secret), one_line(secret).rstrip(". ")}
    return {form for form in written if form.strip(". ")}


def _cut(forms: Iterable[str], text: str) -> str:
    for form in forms:  # the longest first: cut out of the middle of another, one would leave that one's ends
        # A secret of a letter or two is a part of many words, which all the same are to be read.
        pattern = re.escape(form) if len(form) > PART_OF_WORDS else rf"(?<!\w){re.escape(form)}(?!\w)"
        text = re.sub(pattern, "…", text)
    return text


def _without_pieces(secrets: Iterable[str], text: str) -> str:
    """`text` without words that a secret consists of: an echo may be wrapped, or be cut off."""
    return _WORD.sub(lambda word: "…" if any(word[0] in secret for secret in secrets) else word[0], text)


def _short(line: str) -> str:
    if len(line) <= SENTENCE_LIMIT:
        return line
    remark = _REMARK.search(line)
    kept = remark[0] if remark else ""
    return line[: SENTENCE_LIMIT - 1 - len(kept)] + "…" + kept


def _place(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "keyturnd" in PurePath(frame.filename).parts]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in (*ours[-1:], *frames[-1:])]
    return " / ".join(dict.fromkeys(places)) or "an unknown place"
