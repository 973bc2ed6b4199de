"""`keyturn awx applications`: whose tokens an application's are."""

from __future__ import annotations

from keyturn.console.requests import print_facts, print_json
from keyturn.verbs.awx import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from keyturn.verbs.awx.asking import Actions

COLUMNS = {
    "ID": "id",
    "NAME": "name",
    "CLIENT": "client_type",
    "GRANT": "authorization_grant_type",
    "CLIENT ID": "client_id",
    "REDIRECT URIS": "redirect_uris",
}
DESCRIPTION = """\
The applications that you may see: on a controller those of your organisations, on a gateway all or none.
"""
PROGRAM = "keyturn awx applications"


def add_action(actions: Actions) -> None:
    """`applications` and the actions below it."""
    parser = actions.add_parser("applications", help="list or show applications", description=DESCRIPTION)
    below = parser.add_subparsers(dest="what", metavar="ACTION", required=True)
    listing = below.add_parser("list", help="list the applications that you may see")
    listing.set_defaults(run=_list)
    show = below.add_parser("show", help="show one application")
    show.add_argument("application", metavar="ID", type=asking.identifier, help="its id")
    show.set_defaults(run=_show)
    for action in (listing, show):
        asking.add_profile(action)
        action.add_json()


def _list(options: Namespace) -> int:
    rows = asking.question(asking.profile_of(options.profile, f"{PROGRAM} list"), "applications")
    if options.json:
        print_json(rows)
    else:
        print("\n".join(asking.table(rows, COLUMNS)))
    return 0


def _show(options: Namespace) -> int:
    profile = asking.profile_of(options.profile, f"{PROGRAM} show")
    row = asking.question(profile, "application", number=options.application)
    if options.json:
        print_json(row)
    else:
        print_facts({name: value for name, value in row.items() if not isinstance(value, dict | list)})
    return 0
