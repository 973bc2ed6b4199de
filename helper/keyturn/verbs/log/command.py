"""`keyturn log`."""

from __future__ import annotations

import json
import sys

from keyturn.console.moments import in_local_time
from keyturn.console.parsing import Parser
from keyturn.console.requests import print_json
from keyturn.folding import folded, width_of
from keyturn.reach.paths import state_directory
from keyturn.verbs.log.entries import parsed
from keyturn.verbs.log.files import last_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

LINES = 40
DESCRIPTION = """\
Print the last lines of the daemon's log, which holds no secrets. How much is logged is `log` in [daemon] of
config.toml: error, info (the default) or debug. Times are local; with --json, and in the file, they are of UTC. A
daemon in the foreground logs to its standard error instead. The line of an answer is written up to a second after it.

With --follow, --json prints an object a line, without a list around them.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn log", description=DESCRIPTION)
    made.add_argument("-n", "--lines", metavar="N", type=_number, default=LINES, help=f"how many (default: {LINES})")
    made.add_argument("-f", "--follow", action="store_true", help="go on with each line that comes, until Ctrl-C")
    made.add_json()
    return made


def _number(text: str) -> int:
    """Nought for what is none: argparse would repeat it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(sys.maxsize)) else 0


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    if options.lines < 1:
        parser().error("argument -n/--lines: expected a number above 0")
    if options.follow:
        return _follow(options)
    lines = last_lines(options.lines)
    if options.json:
        print_json([parsed(line) for line in lines])
        return 0
    for line in lines:
        print(_shown(line))
    if not lines:
        print(f"keyturn: nothing is logged yet in {state_directory()}", file=sys.stderr)
    return 0


def _follow(options: Namespace) -> int:
    """Until Ctrl-C, which is the way to end it and no failure."""
    from keyturn.verbs.log.following import followed  # noqa: PLC0415 - only here

    try:
        for line in followed(state_directory(), options.lines):
            print(json.dumps(parsed(line)) if options.json else _shown(line), flush=True)
    except KeyboardInterrupt:
        pass
    return 0


def _shown(line: str) -> str:
    moment, blank, rest = line.partition(" ")
    return folded(f"{in_local_time(moment)}{blank}{rest}", width_of(sys.stdout))
