"""`keyturn awx new-token`, after AWX's PowerShell cmdlet New-Token."""

from __future__ import annotations

from keyturn import hints
from keyturn.console import person
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, print_facts, print_json
from keyturn.console.secret_sources import HELP, read_secret
from keyturn.errors import Refused, SignInNeeded
from keyturn.reach import client
from keyturn.verbs.awx.creation import PROGRAM, creation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from keyturn.verbs.awx.creation import Creation

DESCRIPTION = """\
Create a token on an AWX or Ansible Automation Platform, and print it with everything known about it. keyturn does not
keep it, does not renew it and does not delete it: it lives as long as the server lets it, 1000 years by default.

The token belongs to the user of a profile, or to the one named with --url and --username. The server is given the
description with a mark of keyturn's behind it, by which a token whose answer was lost is found and deleted, unless
Ctrl-C or a crash ended the run: then a token may be left on the server, with `keyturn new-token@HOST ...` in its
description.
"""
EPILOG = """\
examples:
  keyturn awx new-token tower --scope read --description "nightly report" --what-if
  keyturn awx new-token tower --application 7 --confirm
  keyturn awx new-token --url https://awx.example --username alice --personal --password env:AWX_PASSWORD --json
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn awx", description="Tokens of AWX and Ansible Automation Platform.")
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_parameters(actions.add_parser("new-token", help="create a token", description=DESCRIPTION, epilog=EPILOG))
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    planned = creation(options)
    if options.what_if:
        _tell(planned, as_json=options.json)
        return 0
    if options.confirm and not person.agrees(f"create {planned.sentence()}?", hints.usage(PROGRAM)):
        raise Refused("nothing was created")
    token = _create(planned, options)
    if options.json:
        print_json(token)
    else:
        print_facts(token)
    return 0


def _add_parameters(parser: Parser) -> None:
    add = parser.add_argument
    parser.add_profile("whose token")
    add("--url", metavar="URL", help="the server's, in place of a profile")
    add("--username", metavar="NAME", help="the user there")
    add("--password", metavar="SOURCE", help=f"{HELP} (default: the vault's, else ask for it)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--application", metavar="ID", type=_number, help="a token of this application")
    kind.add_argument("--personal", action="store_true", help="one of no application (default: as in the profile)")
    add("--scope", choices=("read", "write"), help="what it may do (default: the profile's, or write)")
    add("--description", metavar="TEXT", help="what it is for")
    add("--ca-file", metavar="FILE", help="certificates to trust in place of the system's, with --url")
    add("--what-if", action="store_true", help="say what would be created, and send nothing")
    add("--confirm", action="store_true", help="ask on the terminal before it is created")
    parser.add_json()


def _number(text: str) -> int | str:
    """The number, or what the check of the whole finds fault with: argparse would repeat it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else text


def _tell(planned: Creation, *, as_json: bool) -> None:
    if as_json:
        print_json({"what_if": True, **planned.facts()})
    else:
        print(f"keyturn: what if: {planned.sentence()}")


def _create(planned: Creation, options: Namespace) -> dict[str, Any]:
    """The token, by the password named; else by the vault's, else by one that is asked for."""
    profile = planned.profile
    prompt, hint = f"keyturn: password of {profile.username} at {profile.url}: ", hints.usage(PROGRAM)
    if options.password is None and planned.named:
        try:
            return _request(planned.body)
        except SignInNeeded:
            if not client.has_terminal():
                raise
        return _request({**planned.body, "secret": person.ask_secret(prompt, hint)})
    return _request({**planned.body, "secret": read_secret(options.password, prompt, hint)})


def _request(body: dict[str, Any]) -> dict[str, Any]:
    return ask("POST", "/v1/awx/new-token", body, waits=False)
