"""How an acquisition fails: one exception that carries the message the daemon will read."""

from __future__ import annotations

from pathlib import PurePath
from traceback import extract_tb
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from keyturn.errors import Bug, one_line
from keyturnd.messages import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.errors import KeyturnError

SENTENCE_LIMIT = 400
"""Characters. A provider's description may be a page long; a terminal line is not."""


class Failed(Exception):
    """Ends the acquisition with `failure`.

    It is neither an OSError nor a ValueError on purpose: msal catches both around the calls it makes.
    """

    def __init__(
        self,
        error: type[KeyturnError],
        sentence: str,
        hint: str | None = None,
        *,
        retry_after: float | None = None,
        state_dead: bool = False,
        code: str = "",
    ) -> None:
        super().__init__(sentence)
        self.failure = Failure(
            error.kind,
            _short(sentence),
            _short(hint) if hint else None,
            retry_after=retry_after,
            state_dead=state_dead,
            code=code,
        )


def bug(error: BaseException) -> Failure:
    """The failure of an exception nobody expected: its class and place, never its text, which may hold secrets."""
    return Failure(
        Bug.kind,
        f"the acquisition process met an unexpected {type(error).__name__} at {_place(error)}",
        "please report it with this line",
    )


def without(secrets: Iterable[str], failure: Failure) -> Failure:
    """`failure` with `secrets` cut out of its texts: a provider may echo what it was sent."""
    sentence, hint = failure.sentence, failure.hint
    for secret in secrets:
        for form in (secret, quote(secret), quote_plus(secret)):
            sentence = sentence.replace(form, "…")
            hint = hint.replace(form, "…") if hint else hint
    return Failure(
        failure.kind, sentence, hint, failure.retry_after, state_dead=failure.state_dead, code=failure.code
    )


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= SENTENCE_LIMIT else line[: SENTENCE_LIMIT - 1] + "…"


def _place(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "keyturnd" in PurePath(frame.filename).parts]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in (*ours[-1:], *frames[-1:])]
    return " / ".join(dict.fromkeys(places)) or "an unknown place"
