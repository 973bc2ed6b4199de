"""`keyturn awx`: tokens for others, after AWX's PowerShell cmdlet New-Token, and what a server has of them."""

from __future__ import annotations

from keyturn.console.parsing import Parser
from keyturn.verbs.awx import applications, new_token, sweep, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Tokens and applications of AWX and Ansible Automation Platform, beside the one token that keyturn keeps for a profile.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn awx", description=DESCRIPTION)
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    for module in (new_token, tokens, applications, sweep):
        module.add_action(actions)
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    status: int = options.run(options)
    return status
