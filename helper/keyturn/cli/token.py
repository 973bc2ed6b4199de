"""`keyturn token`."""

from __future__ import annotations

import shlex

from keyturn.cli.configured import named_or_only
from keyturn.cli.parsing import Parser
from keyturn.cli.requests import ask, print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

VARIABLE = "KEYTURN_TOKEN"
"""Of `--format env`: no name that another program would take for its own setting by accident."""

FORMATS = ("text", "header", "env", "json")
DESCRIPTION = """\
Print an access token of a profile: from memory, renewed when too little of its life is left.

A profile gives out what its targets, scopes and audiences in config.toml allow, and nothing else. Where that is one
thing only, it need not be named.
"""
EPILOG = f"""\
formats:
  text     the token and a line end
  header   Authorization: Bearer TOKEN
  env      {VARIABLE}=TOKEN
  json     the token, its expiry (UTC epoch seconds), account and scopes; --json for short

examples:
  keyturn token work --format header | curl -H @- https://graph.microsoft.com/v1.0/me
  export "$(keyturn token work --format env)"
"""


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    parser = Parser(prog="keyturn token", description=DESCRIPTION, epilog=EPILOG)
    parser.add_profile("whose token")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--audience", metavar="URI", help="everything consented to at this resource")
    wanted.add_argument("--scope", dest="scopes", metavar="SCOPE", action="append", help="may be repeated")
    parser.add_argument("--format", choices=FORMATS, default="text", help="see below (default: text)")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    options = parser.parse(arguments)
    body: dict[str, Any] = {"profile": named_or_only(options.profile, "keyturn token")}
    if options.audience is not None:
        body["audience"] = options.audience
    if options.scopes:
        body["scopes"] = options.scopes
    _print(ask("POST", "/v1/token", body), options.format)
    return 0


def _print(token: dict[str, Any], form: str) -> None:
    if form == "json":
        print_json(token)
    elif form == "header":
        print(f"Authorization: Bearer {token['access_token']}")
    elif form == "env":
        print(f"{VARIABLE}={shlex.quote(token['access_token'])}")
    else:
        print(token["access_token"])
