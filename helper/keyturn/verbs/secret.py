"""`keyturn secret set`."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.entrusting import check_fits, check_takes
from keyturn.configuration.named import profile_named
from keyturn.console.configured import configuration
from keyturn.console.parsing import Parser
from keyturn.console.profile_texts import secret_name
from keyturn.console.requests import ask, print_json, tell_warnings
from keyturn.console.secret_sources import HELP, check_source, read_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Command, Hint

DESCRIPTION = """\
Entrust a profile's secret to the vault, which keeps it sealed: the client secret of an application at Entra ID, the
passphrase of its certificate, a refresh token, or the password of a user of an AWX, who then has to sign in no more.

Without SOURCE it is asked for on the terminal, without echo, or read from standard input where that is no terminal.
One line end is removed from it.
"""
ASKED = ""
EPILOG = """\
examples:
  keyturn secret set ci
  keyturn secret set ci - < secret.txt
  keyturn secret set ci env:CLIENT_SECRET
  keyturn secret set tower
  keyturn secret set bot @token.txt
  keyturn secret set bot --application env:CLIENT_SECRET
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn secret", description="Entrust a profile's secret to the vault.")
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    action = actions.add_parser("set", help="entrust a secret", description=DESCRIPTION, epilog=EPILOG)
    action.add_argument("profile", metavar="PROFILE", help="whose secret")
    action.add_argument("source", metavar="SOURCE", nargs="?", help=HELP)
    whose = "beside a refresh token: what its application proves itself with, a secret or a certificate's passphrase"
    action.add_argument("--application", metavar="SOURCE", nargs="?", const=ASKED, help=whose)
    action.add_json()
    return made


def _right(name: str, *, of_application: bool) -> Command:
    """The right command; without a `name` of no profile, which may be the secret, in the other's place."""
    if name not in configuration().profiles:
        return hints.usage("keyturn secret set")
    return hints.entrust_of_application(name) if of_application else hints.entrust_from_input(name)


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    of_application = options.application is not None
    hint = _right(options.profile, of_application=of_application)
    for source in (options.source, options.application or None):
        check_source(source, hint)
    profile = profile_named(configuration(), options.profile)
    if of_application and options.source is not None:
        parser().error("argument --application: one secret at a time")
    source = None if options.application == ASKED else options.application or options.source
    secret = read_for(profile, source, hint, of_application=of_application)
    entrust(profile, secret, of_application=of_application, as_json=options.json)
    return 0


def read_for(profile: Profile, source: str | None, hint: Hint, *, of_application: bool = False) -> str:
    """What `source` holds for `profile`, or what is typed. Raises UsageError and Refused, with `hint`."""
    check_takes(profile, of_application=of_application)
    what = secret_name(profile, of_application=of_application)
    secret = read_secret(source, f"keyturn: {what} of {profile.name}: ", hint)
    check_fits(secret, hint)
    return secret


def entrust(profile: Profile, secret: str, *, of_application: bool = False, as_json: bool = False) -> None:
    """Have the vault keep it, and say so."""
    what = secret_name(profile, of_application=of_application)
    body = {"profile": profile.name, "secret": secret, "of_application": of_application}
    done = ask("POST", "/v1/secret", body, waits=False)
    if as_json:
        print_json(done)
        return
    tell_warnings(done)
    print(f"keyturn: the vault keeps the {what} of profile {profile.name}")
