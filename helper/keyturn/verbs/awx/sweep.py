"""`keyturn awx sweep`: tokens that keyturn once made on this machine and that nobody here holds any more."""

from __future__ import annotations

from keyturn.console.requests import print_json
from keyturn.verbs.awx import asking
from keyturn.verbs.awx.tokens import COLUMNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from keyturn.verbs.awx.asking import Actions

DESCRIPTION = """\
List the orphans of this user that keyturn has made on this machine: of profiles that are gone, of a state directory
that was deleted. With --yes they are deleted. Whatever runs keyturn here with another state directory holds tokens
that look like orphans from here: look at them first.
"""


def add_action(actions: Actions) -> None:
    """`sweep`."""
    parser = actions.add_parser("sweep", help="delete keyturn's own orphans", description=DESCRIPTION)
    parser.add_argument("--yes", action="store_true", help="delete what is listed")
    asking.add_profile(parser)
    parser.add_json()
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    profile = asking.profile_of(options.profile, "keyturn awx sweep")
    rows = asking.question(profile, "orphans")
    numbers = [row["id"] for row in rows]
    deleted = asking.question(profile, "sweep", numbers=numbers) if options.yes and numbers else []
    if options.json:
        print_json({"orphans": rows, "deleted": deleted})
        return 0
    if not rows:
        print("keyturn: no orphans")
        return 0
    print("\n".join(asking.table(rows, COLUMNS)))
    if options.yes:
        print(f"keyturn: deleted {len(deleted)} of {len(rows)}")
    else:
        print("keyturn: nothing was deleted; --yes deletes them")
    return 0
