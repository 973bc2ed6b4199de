"""What stands behind `keyturn token` or `run`, where the daemon is asked by the native program, without Python.

No more than what the verbs make of the same words (a test compares them), and less: whatever is not plain is left to
them, and so is what does not ask for a token that is there (--renew, --claims), or for more (--vars-file, --help).
"""

from __future__ import annotations

from keyturn.protocols.token_text import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROFILE, FORMAT = "PROFILE", "--format"
NO_BROWSER = {"--no-browser": ("--no-browser", "yes")}
FLAGS = {"token": {"--json": (FORMAT, "json")} | NO_BROWSER, "run": NO_BROWSER}
"""By verb, each with the option that it is another word for; nobody is asked to sign in here."""
WANTED = ("--audience", "--scope", "--min-life")
TAKING = {"token": (*WANTED, "--registry", FORMAT), "run": WANTED}


class TokenOptions:
    """Which token, and in what form.

    profile: None where there is but one. min_life: a duration, as it was written.
    """

    def __init__(self, given: dict[str, list[str]]) -> None:
        self.profile = _last(given, PROFILE)
        self.audience = _last(given, "--audience")
        self.scopes = tuple(given.get("--scope", ()))
        self.registry = _last(given, "--registry")
        self.min_life = _last(given, "--min-life")
        self.form = _last(given, FORMAT) or FORMATS[0]


def options(verb: str, words: Sequence[str]) -> TokenOptions | None:
    """What `words` behind `verb` ask for; None where that is Python's to say."""
    given: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        name, value = _named(verb, word, rest)
        if not name or not value.isascii() or value[:1] in {"", "-"}:
            return None
        given.setdefault(name, []).append(value)
    clear = len(given.get(PROFILE, ())) < 2 and not ("--audience" in given and "--scope" in given)
    return TokenOptions(given) if clear and set(given.get(FORMAT, ())) <= set(FORMATS) else None


def _named(verb: str, word: str, rest: Iterator[str]) -> tuple[str, str]:
    """The option that `word` begins, and its value, which may be the next of `rest`; no name: it is none of ours."""
    if word in FLAGS[verb]:
        return FLAGS[verb][word]
    name, equals, value = word.partition("=")
    if name in TAKING[verb]:
        return name, value if equals else next(rest, "")
    return ("", "") if word.startswith("-") else (PROFILE, word)


def _last(given: dict[str, list[str]], name: str) -> str | None:
    return given[name][-1] if name in given else None
