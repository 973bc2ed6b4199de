"""One table of config.toml: typed access to its keys, and the one-line refusal of every mistake in it.

No message repeats a value: a secret typed into the wrong key must not end in a log or on a screen.
"""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from keyturn import hints, moves
from keyturn.configuration import durations
from keyturn.configuration.hosts import without_userinfo
from keyturn.errors import ConfigError
from keyturn.home import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from keyturn.kinds_of_hints import Hint, Sentence

NOT_IN_THIS_VERSION = "not in this version"
KEY_SHOWN = 120
TYPING_MISTAKE = 0.81
"""How like a word is to one that may stand there, of 1, if it is that one mistyped: ES256 is not RS256."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SECRET_KEY = re.compile(r"(client_)?secret|password|passphrase|token|(access|refresh)_token|pat", re.ASCII)
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (str, "a string"),
    (int, "an integer"),
    (float, "a float"),
    (list, "an array"),
    (dict, "a table"),
    (dt.date, "a date"),
    (dt.time, "a time"),
)


class Table(msgspec.Struct, frozen=True):
    """`values` of the table `name` (dotted, empty for the whole document) in `file`."""

    file: Path
    name: str
    values: dict[str, object]

    def check_keys(self, known: Collection[str], later: Collection[str] = ()) -> None:
        """Refuse the first key that is neither; `later` are those of DESIGN that this version does not honour."""
        for key in self.values:
            if key in later:
                raise self.mistake(key, NOT_IN_THIS_VERSION, moves.configuration.leave_out(key, file=str(self.file)))
            if key not in known:
                raise self._unknown(key, known)

    def mistake(self, key: str, problem: str, hint: Hint | None = None) -> ConfigError:
        """The error to raise: file, key, what is wrong or was expected."""
        return ConfigError(
            f"{self.file}: {self.path_of(key)}: {problem}", hint or moves.configuration.edit(str(self.file))
        )

    def expected(self, key: str, what: str, example: str | None = None) -> ConfigError:
        """Like `mistake`, saying what was expected, with a right line as the hint."""
        return self.mistake(
            key, f"expected {what}", moves.configuration.example(f"{key} = {example}") if example else None
        )

    def path_of(self, key: str) -> str:
        """`key` as TOML would write it below the document's root."""
        shown = without_userinfo(key)
        if len(shown) > KEY_SHOWN:
            shown = f"{shown[:KEY_SHOWN]}…"
        if not _BARE_KEY.fullmatch(shown):
            shown = f'"{shown}"'
        return f"{self.name}.{shown}" if self.name else shown

    def table(self, key: str) -> Table:
        """The table `key`, empty if it is not there."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.expected(key, f"a table, found {_kind(value)}")
        return Table(self.file, self.path_of(key), value)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Every key with its table; a key that holds anything else is a mistake."""
        for key in self.values:
            yield key, self.table(key)

    def text(self, key: str, what: str = "a string", example: str | None = None) -> str | None:
        """A string of at least one character, none of them invisible."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.expected(key, f"{what}, found {_kind(value)}", example)
        if not value:
            raise self.expected(key, f"{what}, found an empty string", example)
        if not value.isprintable():
            raise self.expected(key, f"{what}, found invisible characters in it", example)
        return value

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """An array of strings, empty if it is not there."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.expected(key, f"an array of strings, found {_kind(value)}", example)
        for item in value:
            if not isinstance(item, str):
                raise self.expected(key, f"an array of strings, found {_kind(item)} in it", example)
        return tuple(value)

    def choice(self, key: str, allowed: tuple[str, ...], later: Collection[str] = ()) -> str | None:
        """One of `allowed`; `later` are words of DESIGN that this version does not honour."""
        value = self.text(key, either(allowed), f'"{allowed[0]}"')
        if value is None or value in allowed:
            return value
        expected = f"expected {either(allowed)}"
        if value in later:
            expected = f"{value} is {NOT_IN_THIS_VERSION}: {expected}"
        meant = nearest(value, allowed, TYPING_MISTAKE) or allowed[0]
        raise self.mistake(key, expected, moves.configuration.example(f'{key} = "{meant}"'))

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.expected(key, f"true or false, found {_kind(value)}", "false" if default else "true")
        return value

    def whole_number(self, key: str, what: str, example: str) -> int | None:
        """An integer; TOML's booleans are none, Python's are."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.expected(key, f"{what}, found {_kind(value)}", example)
        return value

    def path(self, key: str) -> str | None:
        """An absolute path, `~/` expanded."""
        example = f'"~/.config/keyturn/{key}"'
        value = self.text(key, "an absolute path", example)
        if value is None:
            return None
        if value.startswith("~/"):
            value = home() + value[1:]
        if not value.startswith("/"):
            raise self.expected(key, "an absolute path", example)
        return value

    def duration(self, key: str) -> float | None:
        """Seconds."""
        value = self.text(key, durations.EXPECTED, '"15m"')
        if value is None:
            return None
        try:
            return durations.parse_duration(value)
        except ValueError:
            raise self.expected(key, durations.EXPECTED, '"15m"') from None

    def _unknown(self, key: str, known: Collection[str]) -> ConfigError:
        if names_a_secret(key):
            profile = self.name.removeprefix("profile.") or "PROFILE"
            return self.mistake(key, "secrets are not kept in this file", hints.entrust(profile))
        hint = did_you_mean(key, known) or moves.configuration.known(sorted(known))
        return self.mistake(key, "unknown key", hint)


def names_a_secret(key: str) -> bool:
    """Whether what stands at `key` would be a secret."""
    return _SECRET_KEY.fullmatch(key) is not None


def did_you_mean(name: str, known: Collection[str]) -> Sentence | None:
    """A hint that names the one of `known` that `name` was meant to be, if any is near."""
    close = nearest(name, known)
    return moves.configuration.meant(close) if close else None


def nearest(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """The one of `known` that a mistyped `word` is most like, if any is by `likeness`, of 1."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    return next(iter(get_close_matches(word, known, n=1, cutoff=likeness)), None)


def either(words: tuple[str, ...]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _kind(value: object) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "something else")
