"""`keyturn profile ACTION`."""

from __future__ import annotations

from keyturn.console.configured import named_or_only
from keyturn.console.parsing import Parser
from keyturn.verbs.profile import checking, explaining, showing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

DESCRIPTION = """\
Show and change what config.toml says of profiles: who signs in, and where.

`list` and `show` need no daemon; who is signed in, `keyturn status` tells.
"""
REMOVAL = """\
Forget a profile's tokens, sign-in and secret, as `keyturn logout` does, and remove its table from config.toml.
"""
WORDS_HELP = "a key of the profile's table and its value; KEY= removes it"
EPILOG = """\
Values are written as in config.toml; quotes may be left out, and the brackets of an array: audiences=graph,arm. No
key holds a secret: `keyturn secret set` takes those.

examples:
  keyturn profile add work flow=browser tenant=contoso.com application_id=00001111-aaaa-2222-bbbb-3333cccc4444
  keyturn profile add tower url=https://awx.example flow=password username=alice
  keyturn profile edit work account=alice@contoso.com 'audiences=["https://management.azure.com"]'
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn profile", description=DESCRIPTION, epilog=EPILOG)
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all profiles", description="List all profiles.").add_json()
    show = actions.add_parser("show", help="show one profile", description="Show one profile.")
    show.add_profile("which profile")
    show.add_json()
    for name, what in (("add", "add a profile to config.toml"), ("edit", "change keys of a profile")):
        changing = actions.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.", epilog=EPILOG)
        changing.add_argument("profile", metavar="PROFILE", help="its name")
        changing.add_argument("words", metavar="KEY=VALUE", nargs="+", help=WORDS_HELP)
    remove = actions.add_parser("remove", help="log a profile out and remove it", description=REMOVAL)
    remove.add_argument("profile", metavar="PROFILE", help="its name")
    remove.add_argument("--locally", action="store_true", help="ask no server to delete anything")
    telling = actions.add_parser(
        "explain", help="tell what an application of your own needs", description=explaining.DESCRIPTION
    )
    telling.add_argument("profile", metavar="PROFILE", nargs="?", help="whose application (default: anybody's)")
    telling.add_argument("--machine", action="store_true", help="without PROFILE: of a service principal")
    check = actions.add_parser("check", help="prove that a profile gets its tokens", description=checking.DESCRIPTION)
    check.add_profile("which profile")
    check.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    return _do(parser().parse(arguments))


def _do(options: Namespace) -> int:
    if options.action == "list":
        showing.list_all(as_json=options.json)
    elif options.action == "show":
        showing.show(named_or_only(options.profile, "keyturn profile show"), as_json=options.json)
    elif options.action == "explain":
        explaining.explain(options.profile, machine=options.machine)
    elif options.action == "check":
        return checking.check(named_or_only(options.profile, "keyturn profile check"), as_json=options.json)
    else:
        from keyturn.verbs.profile import changing  # noqa: PLC0415 - the editor of TOML takes its time to import

        changing.change(options)
    return 0
