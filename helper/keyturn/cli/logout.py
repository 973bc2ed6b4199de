"""`keyturn logout`."""

from __future__ import annotations

from keyturn.cli.configured import named_or_only
from keyturn.cli.parsing import Parser
from keyturn.cli.requests import ask, print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Forget a profile's tokens, sign-in and entrusted secret, in memory and on disk.

Works for a profile that the configuration no longer has, too. Nothing is revoked at the provider: an access token
that a program holds already stays valid until it expires.
"""


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    parser = Parser(prog="keyturn logout", description=DESCRIPTION)
    parser.add_profile("whose tokens to forget")
    parser.add_json()
    options = parser.parse(arguments)
    name = named_or_only(options.profile, "keyturn logout")
    done = ask("POST", "/v1/logout", {"profile": name})
    if options.json:
        print_json(done)
    else:
        print(f"keyturn: profile {name}: {_forgotten(done['records'])}")
    return 0


def _forgotten(records: int) -> str:
    if not records:
        return "nothing was kept"
    return f"forgot {records} record{'s' if records > 1 else ''}"
