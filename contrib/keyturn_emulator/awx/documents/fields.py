"""Reads the body of an API request and checks it field by field, in each dialect's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from keyturn_emulator.awx import refusals

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.requests import Request

    from keyturn_emulator.awx.dialect import Dialect

FORM = "application/x-www-form-urlencoded"
WRONG_SCOPE = "Must be a simple space-separated string with allowed scopes {scopes}."
NO_TEXT, NULL, BLANK, REQUIRED = (
    "Not a valid string.",
    "This field may not be null.",
    "This field may not be blank.",
    "This field is required.",
)


def media_type(request: Request) -> str:
    """The Content-Type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read(request: Request, dialect: Dialect) -> dict[str, object]:
    """The fields of the body, none if it is empty; Refusal if it cannot be understood."""
    body = await request.body()
    kind = media_type(request)
    if not body:
        return {}
    if kind == FORM and not dialect.is_controller:
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if kind != "application/json":
        raise refusals.wrong_type(dialect, kind)
    return _parse(body, dialect)


def _parse(body: bytes, dialect: Dialect) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError as error:
        guess = "\nPossible cause: trailing comma." if dialect.is_controller else ""
        raise refusals.bad_request(f"JSON parse error - {error}{guess}") from None
    if isinstance(found, dict):
        return found
    raise refusals.bad_request("JSON parse error - not a JSON object") if dialect.is_controller else refusals.broken()


class Fields:
    """The fields of one request. Each check notes what is wrong; `finish` refuses if anything was."""

    def __init__(self, given: Mapping[str, object], dialect: Dialect) -> None:
        self._given = given
        self._dialect = dialect
        self._errors: dict[str, list[str]] = {}

    def given(self, name: str) -> object:
        """The value as it came; None if it did not."""
        return self._given.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text, trimmed; required if there is no `default`."""
        if name not in self._given and default is not None:
            return default
        value = self._given.get(name)
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            missing = REQUIRED if name not in self._given else NULL
            self._errors[name] = [missing if value is None else NO_TEXT]
            return ""
        trimmed = str(value).strip()
        if default is None and not trimmed:
            self._errors[name] = [BLANK]
        return trimmed

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """One of `choices`."""
        value = self.text(name, default)
        if name not in self._errors and value not in choices:
            self._errors[name] = [f'"{value}" is not a valid choice.']
        return value

    def scope(self, default: str) -> str:
        """A scope: words of the dialect's, none twice."""
        name, value = "scope", self._given.get("scope", default)
        if value is None:
            self._errors[name] = [_wrong_scope(self._dialect) if self._dialect.is_controller else NULL]
            return ""
        text = self.text(name, default)
        if name not in self._errors and (error := _scope_error(text, self._dialect)):
            self._errors[name] = [error]
        return text

    def wrong(self, name: str, error: str) -> None:
        """Note `error` of a field."""
        self._errors[name] = [error]

    def finish(self) -> None:
        """Refusal with all that was noted."""
        if self._errors:
            raise refusals.invalid(self._errors)


def _scope_error(text: str, dialect: Dialect) -> str | None:
    if dialect.is_controller:
        words = text.split()
        wrong = not words or not set(words) <= set(dialect.scopes)
    else:
        if not text:
            return BLANK
        # At each single space: two in a row make an empty word.
        words, wrong = text.split(" "), False
        unknown = next((word for word in words if word not in dialect.scopes), None)
        if unknown is not None:
            return f"Invalid scope: {unknown}. Must be one of: {', '.join(dialect.scopes)}"
    return _wrong_scope(dialect) if wrong or len(words) != len(set(words)) else None


def _wrong_scope(dialect: Dialect) -> str:
    return WRONG_SCOPE.format(scopes=list(dialect.scopes))
