"""A question to a profile's AWX, and its rows as people read them."""

from __future__ import annotations

import argparse

from keyturn import hints
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console import look
from keyturn.console.configured import configuration, named_or_only
from keyturn.console.requests import ask
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from keyturn.console.parsing import Parser

    Row = dict[str, Any]
    Actions = argparse._SubParsersAction[Parser]  # noqa: SLF001 - argparse has no other name for it

SCOPES = frozenset({"read", "write", "openid", "roles"})


def add_profile(parser: Parser) -> None:
    """The `--profile` of every action."""
    parser.add_argument("--profile", metavar="NAME", help="which profile (default: the only one of an AWX)")


def profile_of(name: str | None, command: str) -> str:
    """`name`, else that of the only AWX profile. Raises as keyturn.console.configured.named_or_only does."""
    return named_or_only(name, f"{command} --profile", "awx")


def profile_of_kept(found: Row, name: str | None, command: str) -> str:
    """The profile to ask about a kept token: `name`, if it is of the same server, else one that is.

    Ids are each server's own: asked of another one, it would be about somebody else's token. Raises UsageError.
    """
    there = [
        profile.name
        for profile in configuration().profiles.values()
        if isinstance(profile, AwxProfile) and profile.url == found["server"]
    ]
    if name in there:
        return str(name)
    if name is None and there:
        return there[0]
    which = f"{found['name']} is a token at {found['server']}"
    if not there:
        raise UsageError(f"{which}, which no profile is for", hints.profiles())
    error = UsageError(f"{which}, and profile {name} is not", hints.for_profile(command, there[0]))
    error.lacking = ("--profile", there[0])
    raise error


def question(profile: str, asked: str, *, waits: bool | None = None, **more: Any) -> Any:
    """The server's answer. waits: see keyturn.console.requests.ask. Raises what the daemon refuses with."""
    body = {"named": profile, "profile": {}, "question": asked, **more}
    return ask("POST", "/v1/awx/question", body, waits=waits)["answer"]


def prove(profile: str) -> None:
    """Have the AWX of a profile that is signed in say that it takes its token. Raises ProviderError, if it does not.

    The daemon has had the token in memory for days perhaps, and asks nobody whether somebody has deleted it there.
    """
    question(profile, "me", waits=False)


def kept(name: str | None = None, *, forget: bool = False) -> Any:
    """The tokens that keyturn keeps for others, or one of them."""
    return ask("POST", "/v1/awx/made", {"name": name, "forget": forget}, waits=False)["answer"]


def scope(text: str | None, program: str) -> str | None:
    """Words that gateways know as scopes, controllers some of them. Raises UsageError."""
    if text is None:
        return None
    words = text.split()
    if not words or not SCOPES.issuperset(words) or len(set(words)) < len(words):
        raise UsageError(f"--scope: expected some of {', '.join(sorted(SCOPES))}", hints.usage(program))
    return " ".join(words)


def number(text: str) -> int | str:
    """The number, or what the check of the whole finds fault with: argparse would repeat it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else text


def identifier(text: str) -> int:
    """What a server counts its tokens and applications by. Raises what argparse reports without repeating `text`."""
    found = number(text)
    if isinstance(found, str):
        raise argparse.ArgumentTypeError("expected an id, which is a number")
    return found


def owner(row: Row) -> str:
    """The name of the user a token is of."""
    match row.get("summary_fields"):
        case {"user": {"username": str(name)}} if name:
            return name
    return str(row.get("username") or row.get("user") or "")


def table(rows: Sequence[Row], columns: Mapping[str, str | None]) -> Iterable[str]:
    """Lines of `rows`; `columns`: heading and the field below it, None for the owner."""
    cells = [[_cell(owner(row) if field is None else row.get(field)) for field in columns.values()] for row in rows]
    return look.table([*columns], cells)


def _cell(value: Any) -> str:
    """A value of the server's in one line; times to the minute, as it tells them (UTC)."""
    if value is None:
        return "-"
    text = "".join(character if character.isprintable() else " " for character in str(value))
    return f"{text[:10]} {text[11:16]}" if len(text) > 20 and text[10] == "T" and text.endswith("Z") else text
