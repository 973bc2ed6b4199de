"""`keyturn demo`."""

from __future__ import annotations

import sys

from keyturn import hints
from keyturn.console.parsing import Parser
from keyturn.console.requests import print_json
from keyturn.errors import KeyturnError, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Watch keyturn work: real git, and kubectl and skopeo where they are installed, against an emulator of Entra ID, Azure
Repos, AKS, a container registry and AWX on this machine.

Everything happens in a temporary directory with a HOME of its own; your configuration, your keyring and your daemon
are not touched. In the end daemon and emulator are stopped and the directory is removed, after Ctrl-C as well.
"""
EPILOG = """\
exit status: 0 if no step failed; a step that cannot be shown here is skipped, with the reason.
NO_COLOR and FORCE_COLOR are respected. Needs the extra keyturn[demo].
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn demo", description=DESCRIPTION, epilog=EPILOG)
    made.add_argument("--keep", action="store_true", help="keep the directory, to look around in it")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    from keyturn.verbs.demo import extra  # noqa: PLC0415 - --help needs none of it

    extra.require()
    from keyturn.verbs.demo.play import play  # noqa: PLC0415
    from keyturn.verbs.demo.show import Display  # noqa: PLC0415

    display = Display(None if options.json else sys.stdout)
    outcome = play(display, keep=options.keep)
    if options.json:
        print_json(outcome.as_dict())
    else:
        display.summary(outcome.summary(), good=outcome.exit_status() == 0)
    if outcome.failed is not None:
        report(KeyturnError(f"{outcome.failed.title}: {outcome.failed.finding}", hints.kept_demo()), sys.stderr)
    return outcome.exit_status()
