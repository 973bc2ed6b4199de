"""`keyturn awx new-token`, after AWX's PowerShell cmdlet New-Token."""

from __future__ import annotations

from keyturn import hints
from keyturn.console import person
from keyturn.console.requests import ask, print_facts, print_json
from keyturn.console.secret_sources import HELP, read_secret
from keyturn.errors import ConfigError, ProviderRefused, ProviderUnreachable, Refused
from keyturn.reach import client
from keyturn.verbs.awx import asking, plan
from keyturn.verbs.awx.creation import PROGRAM, creation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from keyturn.kinds_of_hints import Command
    from keyturn.verbs.awx.asking import Actions
    from keyturn.verbs.awx.creation import Creation

DESCRIPTION = """\
Create a token on an AWX or Ansible Automation Platform, and print it with everything the server tells of it. It lives
as long as the server lets it: a year or a thousand by default. keyturn neither renews nor deletes it, but keeps its
value sealed under a name, as the server tells it this once only: see `keyturn awx tokens`.

The token belongs to the user of a profile, or to the one named with --url and --username. It is created with the
profile's own token, with the password that the vault holds, or with one that is asked for.
"""
EPILOG = """\
examples:
  keyturn awx new-token --for-me --scope read --description "nightly report" --what-if
  keyturn awx new-token 7 --profile tower --confirm
  keyturn awx new-token --url https://awx.example --username alice --for-me --password env:AWX_PASSWORD --json
"""


def add_action(actions: Actions) -> None:
    """`new-token`."""
    parser = actions.add_parser("new-token", help="create a token", description=DESCRIPTION, epilog=EPILOG)
    add = parser.add_argument
    add("which", metavar="APPLICATION", nargs="?", help="the id of an application (default: as in the profile)")
    add("--application", metavar="ID", type=asking.number, help="the same")
    add("--for-me", "--personal", dest="personal", action="store_true", help="a personal token, of no application")
    asking.add_profile(parser)
    add("--url", metavar="URL", help="the server's, in place of a profile")
    add("--username", metavar="NAME", help="the user there")
    add("--password", metavar="SOURCE", help=HELP)
    add("--ca-file", metavar="FILE", help="certificates to trust in place of the system's, with --url")
    add("--scope", metavar="SCOPE", help="read, write, and on new gateways openid, roles (default: write)")
    add("--description", metavar="TEXT", help="what it is for")
    add("--name", metavar="NAME", help="what to keep it under (default: awx-ID)")
    add("--what-if", "--wi", dest="what_if", action="store_true", help="show the request, and create nothing")
    add("--confirm", "--cf", dest="confirm", action="store_true", help="ask on the terminal before it is created")
    add("--yes", action="store_true", help="the answer to --confirm, where there is no terminal")
    parser.add_json()
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    planned = creation(options)
    if options.what_if:
        _tell(planned, as_json=options.json)
        return 0
    if options.confirm and not options.yes:
        _confirm(planned)
    token = _create(planned, options)
    if options.json:
        print_json(token)
    else:
        print_facts({name: value for name, value in token.items() if not isinstance(value, dict | list)})
    return 0


def _confirm(planned: Creation) -> None:
    """Raises Refused, without a terminal with the command that needs none."""
    try:
        agreed = person.agrees(f"create {planned.sentence()}?", _usage())
    except Refused as error:
        error.lacking = ("--yes",)
        raise
    if not agreed:
        raise Refused("nothing was created")


def _usage() -> Command:
    return hints.usage(PROGRAM)


def _tell(planned: Creation, *, as_json: bool) -> None:
    """What would be sent. Nobody signs in for that: the server is asked where its tokens are, and nothing else."""
    body = {name: value for name, value in planned.body.items() if name in {"named", "profile"}}
    try:
        site = ask("POST", "/v1/awx/question", {**body, "question": "discover"}, waits=False)["answer"]
        requests = [plan.request(planned, site)]
        reason = ""
    except (ProviderUnreachable, ProviderRefused, ConfigError) as error:
        site, requests, reason = {"asked": []}, plan.both(planned), error.sentence
    if as_json:
        print_json(
            {"what_if": True, **planned.facts(), "asked": site["asked"], "requests": requests, "unsure": reason}
        )
    else:
        print("\n".join(plan.lines(planned, site["asked"], requests, reason)))


def _create(planned: Creation, options: Namespace) -> dict[str, Any]:
    """The token, by the password named, by what the profile has, or by a password that is asked for."""
    profile = planned.profile
    if options.password is None and (planned.named or not profile.username):
        return _request(planned.body, waits=True)
    prompt = f"keyturn: password of {profile.username} at {profile.url}: "
    return _request({**planned.body, "secret": read_secret(options.password, prompt, _usage())}, waits=False)


def _request(body: dict[str, Any], *, waits: bool) -> dict[str, Any]:
    return ask("POST", "/v1/awx/new-token", body, waits=waits and client.has_terminal(), creates=True)
