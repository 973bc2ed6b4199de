"""`keyturn setup TOOL`: lets another program use keyturn. Every tool has a module of its own."""

from __future__ import annotations

from keyturn.console.parsing import Parser
from keyturn.verbs.setup.docker import command as setup_docker
from keyturn.verbs.setup.git import command as setup_git
from keyturn.verbs.setup.kube import command as setup_kube

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TOOLS = {"git": setup_git, "kube": setup_kube, "docker": setup_docker}
"""Each module has HELP, DESCRIPTION, EPILOG, `add_arguments(parser)` and `run(options) -> exit status`."""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn setup", description="Let other programs use keyturn.")
    tools = made.add_subparsers(dest="tool", metavar="TOOL", required=True)
    for name, tool in TOOLS.items():
        tool.add_arguments(tools.add_parser(name, help=tool.HELP, description=tool.DESCRIPTION, epilog=tool.EPILOG))
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    status: int = TOOLS[options.tool].run(options)
    return status
