"""What `keyturn token` and `keyturn run` ask the daemon for: a token of a profile."""

from __future__ import annotations

from keyturn import hints
from keyturn.console.configured import named_or_only
from keyturn.console.requests import ask
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any, Literal

    from keyturn.console.parsing import Parser


class Wanted:
    """Which token: what `add_wanted` parses into, and as it is what nothing but a profile's name says."""

    audience: str | None = None
    scopes: list[str] | None = None
    min_life: str | None = None
    renew: bool = False
    claims: str | None = None
    no_browser: bool = False
    registry: str | None = None

    def __init__(self, profile: str | None = None) -> None:
        self.profile = profile


def only_profile(arguments: Sequence[str]) -> bool:
    """Whether the words are no more than a profile's name: argparse takes longer to load than that to be read."""
    return len(arguments) == 1 and arguments[0][:1] not in {"", "-"}


def audience_help() -> str:
    """What `--audience` takes."""
    from keyturn.configuration.profiles.clouds import SPOKEN  # noqa: PLC0415 - only where words are parsed

    return f"everything consented to at this resource: a URI, or {', '.join(SPOKEN)}"


def add_wanted(parser: Parser) -> None:
    """The arguments that say which token."""
    parser.add_profile("whose token")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--audience", metavar="NAME", help=audience_help())
    wanted.add_argument("--scope", dest="scopes", metavar="SCOPE", action="append", help="may be repeated")
    parser.add_argument("--min-life", metavar="TIME", help="renewed first if it has less left: 90s, 30m, 2h")
    parser.add_argument("--renew", action="store_true", help="the server refused the last one: replace it")
    parser.add_argument(
        "--claims", metavar="CLAIMS", help="what the server that refused the last one asks for: JSON or its base64"
    )
    add_no_browser(parser)


def add_no_browser(parser: Parser) -> None:
    """Whether a sign-in may open a browser here."""
    parser.add_argument(
        "--no-browser", action="store_true", help="print a sign-in's address instead of opening a browser"
    )


def _seconds(text: str, command: str) -> float:
    from keyturn.configuration.durations import parse_duration  # noqa: PLC0415 - only where it is said

    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--min-life: {error}", hints.usage(command)) from None


def fetch(options: Namespace | Wanted, purpose: Literal["token", "run"], command: str) -> dict[str, Any]:
    """The daemon's token and what it knows of it. Raises what the daemon refuses with."""
    body: dict[str, Any] = {"profile": named_or_only(options.profile, command), "purpose": purpose}
    if options.audience is not None:
        body["audience"] = options.audience
    if options.scopes:
        body["scopes"] = options.scopes
    if getattr(options, "registry", None) is not None:
        body["registry"] = options.registry
    if options.claims is not None:
        body["claims"] = options.claims
    if options.min_life is not None:
        body["min_life"] = _seconds(options.min_life, command)
    if options.renew:
        body["renew"] = True
    return ask("POST", "/v1/token", body, opens_browser=not options.no_browser)
