"""`keyturn awx tokens`: what tokens there are, and changing, revoking, showing and forgetting one."""

from __future__ import annotations

import sys

from keyturn import hints
from keyturn.console.requests import print_facts, print_json
from keyturn.errors import UsageError
from keyturn.verbs.awx import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from keyturn.verbs.awx.asking import Actions

COLUMNS = {
    "ID": "id",
    "USER": None,
    "SCOPE": "scope",
    "APPLICATION": "application",
    "EXPIRES": "expires",
    "DESCRIPTION": "description",
}
KEPT = {"NAME": "name", "ID": "id", "SERVER": "server", "USER": None, "SCOPE": "scope", "EXPIRES": "expires"}
FILTERS = {
    "mine": "of the user who asks (gateways of before 2026 show everybody's)",
    "personal": "of no application",
    "expired": "that have ended, and stay on record",
    "never-used": "that nobody has used",
    "made-by-keyturn": "that keyturn has created, here or elsewhere",
}
DESCRIPTION = """\
Tokens on the server, whose values it shows nobody any more, and those that new-token has made and keyturn keeps
sealed under a name. A token is revoked by its id, and then looked for: a server's word that it is revoked proves
nothing (gateways since 2024 say so and do nothing).
"""
EPILOG = """\
examples:
  keyturn awx tokens list --mine --never-used
  keyturn awx tokens show awx-42 --value
  keyturn awx tokens revoke 42
"""
PROGRAM = "keyturn awx tokens"


def add_action(actions: Actions) -> None:
    """`tokens` and the actions below it."""
    parser = actions.add_parser("tokens", help="list, show, change or revoke tokens", description=DESCRIPTION)
    below = parser.add_subparsers(dest="what", metavar="ACTION", required=True)
    listing = below.add_parser("list", help="list the tokens that you may see", epilog=EPILOG)
    for name, text in FILTERS.items():
        listing.add_argument(f"--{name}", action="store_true", help=f"only those {text}")
    listing.add_argument("--application", metavar="ID", type=asking.identifier, help="only those of this application")
    listing.add_argument("--kept", action="store_true", help="those whose values keyturn keeps, of every server")
    listing.set_defaults(run=_list)
    show = below.add_parser("show", help="show one token")
    show.add_argument("--value", action="store_true", help="its value, if keyturn keeps it under this name")
    show.set_defaults(run=_show)
    update = below.add_parser("update", help="change description or scope")
    update.add_argument("--description", metavar="TEXT", help="what it is for")
    update.add_argument("--scope", metavar="SCOPE", help="what it may do")
    update.set_defaults(run=_update)
    below.add_parser("revoke", help="delete a token on the server").set_defaults(run=_revoke)
    below.add_parser("forget", help="keep a token's value no longer").set_defaults(run=_forget)
    for name, action in below.choices.items():
        if name != "list":
            action.add_argument("token", metavar="TOKEN", help="its id on the server, or its name here")
        asking.add_profile(action)
        action.add_json()


def _list(options: Namespace) -> int:
    rows, columns = (asking.kept(), KEPT) if options.kept else (_on_server(options), COLUMNS)
    if options.json:
        print_json(rows)
    else:
        print("\n".join(asking.table(rows, columns)))
        for error in (row["error"] for row in rows if options.kept and "error" in row):
            print(f"keyturn: warning: {error['sentence']}\nkeyturn: hint: {error['hint']}", file=sys.stderr)
    return 0


def _on_server(options: Namespace) -> Sequence[asking.Row]:
    profile = asking.profile_of(options.profile, f"{PROGRAM} list")
    chosen = {"mine": options.mine, "personal": options.personal, "expired": options.expired}
    chosen |= {"unused": options.never_used, "made": options.made_by_keyturn, "application": options.application}
    found: Sequence[asking.Row] = asking.question(profile, "tokens", **chosen)
    return found


def _show(options: Namespace) -> int:
    number = asking.number(options.token)
    if isinstance(number, str):
        found = asking.kept(number)
        if options.value and not options.json:
            print(found["row"]["token"])
            return 0
        told = {**found["row"], **found} if options.value else found
        told.pop("row", None)
        _print(told, as_json=options.json)
        return 0
    if options.value:
        raise UsageError("a value is kept under a name, not under an id", hints.usage(f"{PROGRAM} show"))
    profile = asking.profile_of(options.profile, f"{PROGRAM} show")
    _print(asking.question(profile, "token", number=number), as_json=options.json)
    return 0


def _update(options: Namespace) -> int:
    if options.description is None and options.scope is None:
        raise UsageError("nothing to change: expected --description or --scope", hints.usage(f"{PROGRAM} update"))
    changes = {"description": options.description, "scope": asking.scope(options.scope, f"{PROGRAM} update")}
    profile, number = _at(options)
    _print(asking.question(profile, "update", number=number, **changes), as_json=options.json)
    return 0


def _revoke(options: Namespace) -> int:
    profile, number = _at(options)
    row = asking.question(profile, "revoke", number=number)  # and what is kept of it is forgotten
    if options.json:
        print_json(row)
    else:
        print(f"keyturn: token {number} is gone")
    return 0


def _forget(options: Namespace) -> int:
    found = asking.kept(options.token, forget=True)
    found.pop("row")
    if options.json:
        print_json(found)
    else:
        where = found.get("server", "its server")  # of one that cannot be read nothing is known
        print(f"keyturn: forgot the value of token {found.get('id', options.token)}, which stays on {where}")
    return 0


def _at(options: Namespace) -> tuple[str, int]:
    """The profile and the id of the token that is meant."""
    command = f"{PROGRAM} {options.what} {options.token}"
    number = asking.number(options.token)
    if isinstance(number, int):
        return asking.profile_of(options.profile, command), number
    found = asking.kept(number)
    return asking.profile_of_kept(found, options.profile, f"{command} --profile"), int(found["id"])


def _print(row: asking.Row, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    print_facts({name: value for name, value in row.items() if not isinstance(value, dict | list)})
