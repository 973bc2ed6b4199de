"""All that somebody typed, as a hint: with what was mistyped set right, or what it lacks put in.

Who is told a shorter command, and runs it, gets something else than was asked for.
"""

from __future__ import annotations

from keyturn import hints
from keyturn.kinds_of_hints import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.errors import KeyturnError

BEHIND = "--"
"""What is behind it is somebody else's command, whose words may hold a secret."""


def in_full(error: KeyturnError, words: Sequence[str]) -> KeyturnError:
    """`error`, with a hint made of `words` where they can be said again, and `error` tells what is wrong in them.

    error.mistyped has to be one of them, once; error.lacking are an option and its value, or one word.
    """
    own = list(words[: words.index(BEHIND)]) if BEHIND in words else list(words)
    told = None
    if not own or own[0] == "helper" or any(map(_is_kept_to_oneself, own)):
        return error
    if error.mistyped is not None:
        told = _corrected(own, *error.mistyped)
    elif error.lacking and (error.hint or "").startswith(f"keyturn {own[0]} "):  # not another verb that this one runs
        told = _completed(own, error.lacking)
    if told is not None:
        error.hint = printed(hints.verb(*told, *((BEHIND, "COMMAND") if BEHIND in words else ())))
    return error


def _corrected(own: list[str], mistyped: str, meant: str) -> list[str] | None:
    wrong = [number for number, word in enumerate(own) if mistyped in {word, word.partition("=")[2]}]
    if len(wrong) != 1:
        return None
    right = own[wrong[0]].removesuffix(mistyped) + meant
    return [*own[: wrong[0]], right, *own[wrong[0] + 1 :]]


def _completed(own: list[str], lacking: Sequence[str]) -> list[str]:
    """With `lacking` at the end, in place of another value of that option."""
    at = next((number for number, word in enumerate(own) if word.partition("=")[0] == lacking[0]), None)
    if at is None or not lacking[0].startswith("-"):
        return [*own, *lacking]
    return [*own[:at], *own[at + (1 if "=" in own[at] else len(lacking)) :], *lacking]


def _is_kept_to_oneself(word: str) -> bool:
    """Whether it cannot be shown in a line, or a value stands in it or behind it that is a secret by its name."""
    from keyturn.configuration.tables import names_a_secret  # noqa: PLC0415 - only here

    name, equals, _ = word.partition("=")
    has_value = equals != "" or name.startswith("--")
    if not word.isprintable() or _has_userinfo(word):
        return True
    return has_value and names_a_secret(name.lstrip("-").replace("-", "_"))


def _has_userinfo(word: str) -> bool:
    """Whether it is a place with a user in front, in whose stead git's users have a personal access token.

    Not over SSH, where the user is a name, as in git@HOST:PATH, unless a password stands behind it.
    """
    host, scheme, rest = word.partition("://")
    if scheme and host != "ssh":
        return "@" in rest
    host = rest if scheme else host
    user, at, _ = host.partition("/")[0].rpartition("@")
    return at != "" and ":" in user
