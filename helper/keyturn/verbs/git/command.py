"""`keyturn git list|forget|import`."""

from __future__ import annotations

import time

from keyturn.console.look import table
from keyturn.console.moments import duration
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, print_json
from keyturn.errors import one_line
from keyturn.verbs.git import importing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

DESCRIPTION = """\
Credentials that keyturn keeps for git's hosts without a target, where [git] store in config.toml (or --store on the
helper's line) is memory or vault.
"""
IMPORT = """\
Give keyturn what another helper of git has kept: `store` reads the file of git-credential-store (~/.git-credentials
and git/credentials in the user's configuration directory, or FILE), `libsecret` the OS keyring as
git-credential-libsecret fills it. Nothing is removed there.
"""
EPILOG = """\
examples:
  keyturn git import store --dry-run
  keyturn git import libsecret
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn git", description=DESCRIPTION)
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="show hosts and users, no secrets", description=DESCRIPTION).add_json()
    forget = actions.add_parser("forget", help="forget what is kept for a URL")
    forget.add_argument("url", metavar="URL", help="a host's URL; with a user name, that user's alone")
    forget.add_json()
    add = actions.add_parser("import", help="take over what another helper kept", description=IMPORT, epilog=EPILOG)
    add.add_argument("source", metavar="SOURCE", choices=("store", "libsecret"), help="store or libsecret")
    add.add_argument("file", metavar="FILE", nargs="?", help="the file of git-credential-store")
    add.add_argument("--dry-run", action="store_true", help="show what would be taken over")
    add.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    return {"list": _list, "forget": _forget, "import": importing.run}[options.action](options)


def _list(options: Namespace) -> int:
    kept = ask("GET", "/v1/credentials", waits=False)["credentials"]
    if options.json:
        print_json(kept)
        return 0
    if not kept:
        print("keyturn: nothing is kept for hosts without a target")
        return 0
    rows = [(one_line(_url(one)), one_line(one["username"] or "-"), _age(one), one["store"]) for one in kept]
    print(*table(("URL", "USER", "KEPT", "STORE"), rows), sep="\n")
    return 0


def _forget(options: Namespace) -> int:
    url = options.url if "://" in options.url else f"https://{options.url}"
    done = ask("POST", "/v1/credentials/forget", {"url": url}, waits=False)
    if options.json:
        print_json(done)
    else:
        print(f"keyturn: credentials forgotten: {done['forgotten']}")
    return 0


def _url(one: dict[str, Any]) -> str:
    return f"{one['url']}/{one['path']}" if one["path"] else str(one["url"])


def _age(one: dict[str, Any]) -> str:
    return f"since {duration(time.time() - one['stored_at'])}"
