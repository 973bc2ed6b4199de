"""`keyturn login`."""

from __future__ import annotations

from keyturn import hints
from keyturn.console.configured import named_or_only
from keyturn.console.moments import validity
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, print_json, tell_warnings
from keyturn.console.token_request import add_no_browser
from keyturn.errors import SignInNeeded
from keyturn.kinds_of_hints import after, printed
from keyturn.reach import client
from keyturn.verbs.login.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

DESCRIPTION = """\
Sign in, or prove that a profile is signed in: a token is acquired, with your help only where it takes you.

A profile with a secret needs no sign-in; for it this checks that the provider accepts the secret. A password that an
AWX asks for is kept only where the profile says keep_password. A token of an AWX that is in memory is taken for good
here; `keyturn profile check` asks the server.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn login", description=DESCRIPTION)
    made.add_profile("who signs in")
    made.add_argument("--again", action="store_true", help="sign in anew, as another user perhaps")
    add_no_browser(made)
    made.add_argument("--qr", action="store_true", help="show a device code's address as a QR code, too")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    name = named_or_only(options.profile, "keyturn login")
    try:
        done = _sign_in(name, options)
    except SignInNeeded as error:
        if error.hint == printed(hints.login(name)):
            again = hints.verb("login", *arguments)  # with all that was typed here
            error.hint = printed(again if client.has_terminal() else after("go to a terminal", again))
        raise
    if options.json:
        print_json(done)
    else:
        tell_warnings(done)
        who = f" as {done['account']}" if done["account"] else ""
        print(f"keyturn: profile {name} is signed in{who}, token {validity(done['expires_at'])}")
    return 0


def _sign_in(name: str, options: Namespace) -> dict[str, Any]:
    body = {"profile": name, "again": options.again}
    with Waiting(qr=options.qr) as waiting:
        return ask("POST", "/v1/login", body, opens_browser=not options.no_browser, show=waiting.show)
