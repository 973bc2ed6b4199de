"""`keyturn azure new-token`, after the PowerShell cmdlet New-SecMgmtAccessToken."""

from __future__ import annotations

from pathlib import Path

from keyturn import hints
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, print_facts, print_json
from keyturn.console.secret_sources import HELP, read_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

PROGRAM = "keyturn azure new-token"
DESCRIPTION = """\
Acquire a token for an identity that stands in no configuration, and print it with everything known about it, the
refresh token included. Nothing of it is kept.
"""
EPILOG = """\
examples:
  keyturn azure new-token --use-device-authentication --tenant contoso.example \\
      --application-id 11111111-2222-3333-4444-555555555555 --audience https://graph.microsoft.com
  keyturn azure new-token --service-principal --client-secret env:CLIENT_SECRET --tenant contoso.example \\
      --application-id 11111111-2222-3333-4444-555555555555 --scopes https://graph.microsoft.com/.default --json
"""
PLAIN_KEYS = ("application_id", "tenant", "environment", "authority", "scopes")


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn azure", description="Tokens of Microsoft Entra ID without a profile.")
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_parameters(actions.add_parser("new-token", help="acquire a token", description=DESCRIPTION, epilog=EPILOG))
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    body: dict[str, Any] = {"profile": _table(options)}
    if options.service_principal:
        body["secret"] = read_secret(options.client_secret, "keyturn: client secret: ", hints.usage(PROGRAM))
    elif options.client_secret is not None:
        parser().error("argument --client-secret: goes with --service-principal")
    token = ask("POST", "/v1/azure/new-token", body)
    if options.json:
        print_json(token)
    else:
        print_facts(token)
    return 0


def _add_parameters(parser: Parser) -> None:
    add = parser.add_argument
    add("--application-id", "--client-id", metavar="ID", required=True, help="of the app registration")
    add("--tenant", "--tenant-id", "--domain", metavar="T", help="an id or a domain (default: organizations)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--environment", "--environment-name", metavar="E", help="the cloud (default: AzureCloud)")
    where.add_argument("--authority", metavar="URL", help="a login host instead of a cloud")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--scopes", metavar="SCOPE", nargs="+", action="extend", help="scopes of one resource")
    what.add_argument("--audience", metavar="URI", help="everything consented to at this resource")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--service-principal", action="store_true", help="sign in as the application, by its secret")
    device = ("--use-device-authentication", "--device-code", "--device-auth", "--device")
    who.add_argument(*device, dest="device", action="store_true", help="sign in with a code, on any device")
    add("--client-secret", metavar="SOURCE", help=f"{HELP} (default: ask for it)")
    add("--ca-file", metavar="FILE", help="certificates to trust in place of the system's")
    parser.add_json()


def _table(options: Namespace) -> dict[str, Any]:
    """The profile table that config.toml would have for this identity."""
    table = {key: getattr(options, key) for key in PLAIN_KEYS if getattr(options, key) is not None}
    if options.audience is not None:
        table["audiences"] = [options.audience]
    if options.ca_file is not None:
        table["ca_file"] = str(Path(options.ca_file).absolute())
    return {**table, "flow": "client-secret" if options.service_principal else "device-code"}
