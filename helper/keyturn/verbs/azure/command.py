"""`keyturn azure new-token`, after the PowerShell cmdlet New-SecMgmtAccessToken."""

from __future__ import annotations

import sys
from pathlib import Path

from keyturn import hints, moves
from keyturn.console import person
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask
from keyturn.console.secret_sources import HELP, read_secret
from keyturn.console.token_request import add_no_browser, audience_help
from keyturn.errors import UsageError
from keyturn.reach import client
from keyturn.verbs.azure import parameter_sets, printing
from keyturn.verbs.azure.parameter_sets import BY_SECRET, PROGRAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from keyturn.verbs.azure.parameter_sets import ParameterSet

DESCRIPTION = """\
Acquire a token for an identity that stands in no configuration, and print it with everything known about it, the
refresh token included. Nothing of it is kept.

A user signs in with the browser, or with --use-device-authentication on any screen. With --service-principal or a
certificate the application signs in as itself or, with --use-authorization-code, a user to that application.
--refresh-token and --assertion turn one token into another.
"""
EPILOG = """\
examples:
  keyturn azure new-token --application-id 11111111-2222-3333-4444-555555555555 \\
      --audience https://graph.microsoft.com --use-device-authentication --tenant contoso.example
  keyturn azure new-token --application-id 11111111-2222-3333-4444-555555555555 \\
      --scopes https://graph.microsoft.com/.default --service-principal --credential env:SECRET \\
      --tenant contoso.example --json
  keyturn azure new-token --application-id 11111111-2222-3333-4444-555555555555 \\
      --scopes https://graph.microsoft.com/.default --refresh-token @refresh-token --raw
"""
PLAIN_KEYS = ("tenant", "environment", "authority", "scopes", "certificate_thumbprint")
PATHS = ("ca_file", "certificate", "certificate_directory")
SECRETS = {
    "credential": "client secret",
    "certificate_password": "passphrase of the certificate",
    "refresh_token": "refresh token",
    "assertion": "the user's access token",
}
"""Parameters that take the source of a secret, and how it is asked for."""
BODY = {"credential": "secret", "certificate_password": "secret"}
"""Where the daemon calls it otherwise: an application has either."""
BY_PERSONS = frozenset({"browser", "confidential-browser", "device-code"})


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn azure", description="Tokens of Microsoft Entra ID without a profile.")
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_parameters(actions.add_parser("new-token", help="acquire a token", description=DESCRIPTION, epilog=EPILOG))
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    chosen = parameter_sets.resolved(options)
    printing.check_showable(options)
    table = _table(options, chosen)
    if options.debug:
        _say(f"parameter set {chosen.name}: {', '.join(f'{name} {value}' for name, value in table.items())}")
    watched = options.verbose or options.debug
    body = {"profile": table, "watched": watched, **_secrets(options, chosen)}
    show = _by_code if table["flow"] == "browser" else _show
    waits = client.has_terminal() or (watched and table["flow"] not in BY_PERSONS)
    printing.show(
        ask("POST", "/v1/azure/new-token", body, waits=waits, opens_browser=not options.no_browser, show=show),
        options,
    )
    return 0


def _add_parameters(parser: Parser) -> None:
    add = parser.add_argument
    add("--application-id", "--client-id", metavar="ID", help="of the app registration")
    add("--tenant", "--tenant-id", "--domain", metavar="T", help="an id or a domain (default: organizations)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--environment", "--environment-name", metavar="E", help="the cloud (default: AzureCloud)")
    where.add_argument("--authority", metavar="URL", help="a login host instead of a cloud")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--scopes", metavar="SCOPE", nargs="+", action="extend", help="scopes of one resource")
    what.add_argument("--audience", metavar="NAME", help=audience_help())
    _add_flows(parser)
    _add_proofs(parser)
    add("--ca-file", metavar="FILE", help="certificates to trust in place of the system's")
    add_no_browser(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--raw", action="store_true", help="print the access token alone")
    add("--show-secrets", action="store_true", help="print tokens on a screen, too")
    add("--verbose", action="store_true", help="tell each request: host, path, status, correlation id, time")
    add("--debug", action="store_true", help="the same, and which parameter set was chosen")


def _add_flows(parser: Parser) -> None:
    add = parser.add_argument
    add("--service-principal", action="store_true", help="sign in as the application")
    add("--use-authorization-code", "--auth-code", action="store_true", help="a user signs in with the browser")
    device = ("--use-device-authentication", "--device-code", "--device-auth", "--device")
    add(*device, dest="device", action="store_true", help="a user signs in with a code, on any device")
    add("--refresh-token", metavar="SOURCE", help=f"{HELP}: a token for the same user")
    add("--assertion", metavar="SOURCE", help="a user's access token for the application: a token on their behalf")


def _add_proofs(parser: Parser) -> None:
    add = parser.add_argument
    add("--credential", "--client-secret", metavar="SOURCE", help="the client secret (default: ask for it)")
    add("--credential-id", metavar="ID", help="in place of --application-id")
    add("--certificate", metavar="FILE", help="PEM or PFX, with its key")
    add("--certificate-thumbprint", metavar="HEX", help="in place of a file: SHA-1 or SHA-256")
    directories = "where it is looked for (default: certificates beside config.toml, then .NET's store)"
    add("--certificate-directory", metavar="DIR", help=directories)
    add("--certificate-password", metavar="SOURCE", help="the passphrase of its key")


def _table(options: Namespace, chosen: ParameterSet) -> dict[str, Any]:
    """The profile table that config.toml would have for this identity."""
    given = {key: getattr(options, key) for key in PLAIN_KEYS}
    _check_scopes(options.scopes or ())
    given |= {key: str(Path(value).absolute()) for key in PATHS if (value := getattr(options, key)) is not None}
    given["application_id"] = parameter_sets.application_id(options)
    given["audiences"] = None if options.audience is None else [options.audience]
    flow = "device-code" if options.device else chosen.flow
    if options.use_authorization_code and chosen.with_code is not None:
        flow = chosen.with_code
    return {"flow": flow, **{key: value for key, value in given.items() if value is not None}}


def _check_scopes(scopes: Sequence[str]) -> None:
    """Raises UsageError for several in one word, which Entra ID would look for as one: PowerShell's a,b."""
    if any("," in scope and "://" in scope.partition(",")[2] for scope in scopes):
        raise UsageError("scopes are separated by blanks: --scopes ONE TWO", hints.usage(PROGRAM))


def _secrets(options: Namespace, chosen: ParameterSet) -> dict[str, Any]:
    """Read from wherever they are, in the order in which a person would be asked. Raises UsageError."""
    usage, asked = hints.usage(PROGRAM), chosen is BY_SECRET and options.credential is None
    sources = {name: getattr(options, name) for name in SECRETS}
    if list(sources.values()).count("-") > 1 and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError("standard input holds one secret: take @FILE or env:NAME for the others", usage)
    if asked:
        sources["credential"] = "-"
    try:
        return {
            BODY.get(name, name): read_secret(source, f"keyturn: {SECRETS[name]}: ", usage)
            for name, source in sources.items()
            if source is not None
        }
    except UsageError as error:
        if asked and not client.has_terminal():
            error.lacking = "--credential", "env:NAME"
        raise


def _show(event: client.Event) -> None:
    if event.get("event") == "request":
        _say(str(event.get("message")))
    else:
        person.show(event)


def _by_code(event: client.Event) -> None:
    """`_show`, where the same user could sign in without a browser, too."""
    _show({**event, "instead": moves.configuration.add_option("--use-device-authentication")})


def _say(line: str) -> None:
    print(f"keyturn: {line}", file=sys.stderr)
