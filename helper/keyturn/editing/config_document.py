"""config.toml as it is changed by a command: comments and order stay, and only what is valid is written."""

from __future__ import annotations

import json
import re
import tomllib
from typing import cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from keyturn import moves
from keyturn.configuration.config import Config, load, parse
from keyturn.editing.own_file import OwnFile
from keyturn.errors import Refused, UsageError
from keyturn.protocols.surroundings import is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path
    from typing import Any, TypeAlias

    Value: TypeAlias = str | bool | int | list[str] | dict[str, "Value"]


class ConfigDocument:
    """The configuration at `path`, which need not exist yet. `config` is what stood there when it was read.

    Raises ConfigError if that is no configuration that keyturn obeys, and Refused if it is not the user's to change.
    """

    def __init__(self, path: Path) -> None:
        self.config: Config = load(path)
        self._path = path
        self._file = OwnFile(path)
        self._document = tomlkit.parse(self._file.text)
        self._in_the_middle: list[Table] = []
        self._expected: dict[str, Any] = tomllib.loads(self._file.text)

    def set(self, table: tuple[str, ...], key: str, value: Value) -> None:
        """Give `key` of `table` a value, making what is missing of the way there. Raises UsageError."""
        if not is_text(json.dumps(value, ensure_ascii=False)):
            raise UsageError(f"the value of {key} is not UTF-8", moves.configuration.edit(str(self._path)))
        before_others = self._will_stand_before_others(table)
        parent = self._table(table)
        found = parent.get(key)
        if isinstance(found, Table) and isinstance(value, dict):
            _change(found, value)
        else:
            parent[key] = _inline(value) if isinstance(value, dict) and table[:1] == ("targets",) else value
        if before_others and isinstance(parent, Table):
            self._in_the_middle.append(parent)
        _way(self._expected, table)[key] = value

    def value(self, table: tuple[str, ...], key: str) -> Value | None:
        """What `key` of `table` is, None where it is not there."""
        found: Value | None = _way(self._expected, table).get(key)
        return found

    def remove(self, table: tuple[str, ...], key: str) -> None:
        """Remove `key` from `table`, where it is, and the table if nothing is left in it, not even a comment."""
        at = self._table(table)
        at.pop(key, None)
        _way(self._expected, table).pop(key, None)
        if len(table) > 1 and isinstance(at, Table) and not at.as_string().strip():
            self.remove(table[:-1], table[-1])

    @property
    def text(self) -> str:
        """The file as it will be."""
        for table in self._in_the_middle:
            if not table.as_string().endswith("\n\n"):
                table.add(tomlkit.nl())
        text = tomlkit.dumps(self._document)
        return re.sub(r"(?<!\r)\n", "\r\n", text) if self._file.text.partition("\n")[0].endswith("\r") else text

    def save(self) -> Config:
        """Write it, with mode 0600 if it is new, and return what it says.

        Raises ConfigError, and changes nothing, if keyturn would not obey it; Refused if it cannot be written.
        """
        text = self.text
        if not self._is_as_expected(text):
            raise self._by_hand()
        config = parse(self._path, text.encode())
        self._file.write(text)
        return config

    def _is_as_expected(self, text: str) -> bool:
        """Whether tomlkit masters the order of the file: it loses a key, or makes no TOML, where it does not."""
        try:
            return _filled(tomllib.loads(text)) == _filled(self._expected)
        except tomllib.TOMLDecodeError:
            return False

    def _table(self, names: tuple[str, ...]) -> MutableMapping[str, Any]:
        at = cast("MutableMapping[str, Any]", self._document)
        for number, name in enumerate(names):
            if name not in at:
                try:
                    at[name] = tomlkit.table(is_super_table=number < len(names) - 1)
                except TOMLKitError:
                    raise self._by_hand() from None
            at = at[name]
        return at

    def _will_stand_before_others(self, names: tuple[str, ...]) -> bool:
        """Whether `names` is yet to be made, among tables in the middle: tomlkit leaves no blank line behind it."""
        return len(names) > 1 and names[0] in list(self._document)[:-1] and names[-1] not in self._document[names[0]]

    def _by_hand(self) -> Refused:
        return Refused(
            f"{self._path} has a form that keyturn does not change", moves.configuration.edit(str(self._path))
        )


def _inline(value: dict[str, Value]) -> Any:
    """A target's table stands in its line."""
    table = tomlkit.inline_table()
    table.update(value)
    return table


def _change(table: Table, value: dict[str, Value]) -> None:
    """A table of its own, as somebody has written it, with their comments."""
    for key in set(table) - set(value):
        del table[key]
    for key, each in value.items():
        table[key] = each


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """`table` without tables that say nothing."""
    below = {key: _filled(value) if isinstance(value, dict) else value for key, value in table.items()}
    return {key: value for key, value in below.items() if value != {}}


def _way(root: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        root = root.setdefault(name, {})
    return root
