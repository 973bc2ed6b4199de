"""A line of the daemon's log as data."""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LINE = re.compile(r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<rest>.*)")
_VALUE = re.compile(r"""(?:^| )(\w+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S*)""")


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
