"""`keyturn log`."""

from __future__ import annotations

import ast
import os
import re
import sys
from itertools import chain

from keyturn import shell
from keyturn.console.moments import in_local_time
from keyturn.console.parsing import Parser
from keyturn.console.requests import print_json
from keyturn.errors import StateError
from keyturn.folding import folded, width_of
from keyturn.reach.paths import state_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

NAMES = ("keyturnd.log.1", "keyturnd.log")
"""Oldest first. The daemon begins anew at 1 MiB and keeps the log before."""

LINES = 40
DESCRIPTION = """\
Print the last lines of the daemon's log, which holds no secrets. How much is logged is `log` in [daemon] of
config.toml: error, info (the default) or debug. Times are local; with --json, and in the file, they are of UTC. A
daemon in the foreground logs to its standard error instead.
"""

_LINE = re.compile(r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<rest>.*)")
_VALUE = re.compile(r"""(?:^| )(\w+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S*)""")


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn log", description=DESCRIPTION)
    made.add_argument("-n", "--lines", metavar="N", type=_number, default=LINES, help=f"how many (default: {LINES})")
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
    lines = last_lines(options.lines)
    if options.json:
        print_json([parsed(line) for line in lines])
        return 0
    for line in lines:
        moment, blank, rest = line.partition(" ")
        print(folded(f"{in_local_time(moment)}{blank}{rest}", width_of(sys.stdout)))
    if not lines:
        print(f"keyturn: nothing is logged yet in {state_directory()}", file=sys.stderr)
    return 0


def last_lines(number: int) -> list[str]:
    """The last so many lines, as the daemon wrote them. Raises StateError."""
    directory = state_directory()
    return list(chain.from_iterable(_read(directory / name) for name in NAMES))[-number:]


def parsed(line: str) -> dict[str, Any]:
    """One line as data: time, level, message and its values, which are strings."""
    found = _LINE.fullmatch(line)
    if found is None:
        return {"message": line}
    values = _VALUE.search(found["rest"])
    message = found["rest"][: values.start()] if values else found["rest"]
    return {
        "time": found["time"],
        "level": found["level"].lower(),
        "message": message,
        "values": {name: _plain(value) for name, value in _VALUE.findall(found["rest"][len(message) :])},
    }


def _plain(value: str) -> str:
    """A value as it was before the log quoted it."""
    if value[:1] not in {"'", '"'}:
        return value
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value


def not_waiting(path: str, flags: int) -> int:
    """Open without waiting for the writer of a FIFO, which reads as empty."""
    return os.open(path, flags | os.O_NONBLOCK)


def _read(path: Path) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8", errors="backslashreplace", opener=not_waiting) as file:
            yield from (line.rstrip("\n") for line in file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StateError(f"cannot read {path}: {(error.strerror or '').lower()}", shell.listing(str(path))) from None
