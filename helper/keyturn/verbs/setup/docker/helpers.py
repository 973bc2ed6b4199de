"""The `credHelpers` of docker's config.json and of containers' auth.json: which helper is asked for which registry.

Both programs look a registry up by its exact name, host or host:port; there is no wildcard (docker/cli 1915). Docker
takes the name behind `docker-credential-` and nothing else, and looks for the program on PATH.
"""

from __future__ import annotations

import json

from keyturn import shell
from keyturn.configuration.registry_logins import logins_in, member
from keyturn.errors import Refused
from keyturn.verbs.setup.docker import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

SUFFIX = "keyturn"
PROGRAM = f"docker-credential-{SUFFIX}"
MEMBER = "credHelpers"
STORE = "credsStore"
NEW = '{\n\t"auths": {}\n}\n'
"""A file as docker begins it. ORAS for Java 0.7.0 takes none without the member, for no registry whatever."""


class HelperTable:
    """The helpers named in `text`, the content of `file`, by registry. Raises Refused for what is no such content."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text if text.strip() else NEW
        self._file = file
        self._check()

    @property
    def helpers(self) -> dict[str, str]:
        """Registries and the suffixes of their helpers."""
        return dict(self._parsed().get(MEMBER) or {})

    @property
    def logins(self) -> set[str]:
        """The registries whose login stands in the file itself."""
        return logins_in(self.text)

    @property
    def store(self) -> str | None:
        """The suffix of the helper for every registry that has none of its own."""
        found = member(self._parsed(), STORE)
        return found if isinstance(found, str) and found else None

    @property
    def is_fresh(self) -> bool:
        """Whether docker would still choose its default store: the file holds no auth of any kind (docker.md)."""
        parsed = self._parsed()
        return not any(member(parsed, name) for name in (STORE, MEMBER, "auths"))

    @property
    def has_logins(self) -> bool:
        """Whether anybody is logged in anywhere, be it in the store."""
        return bool(member(self._parsed(), "auths"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left in it but what a new one has."""
        return self._parsed() in ({}, json.loads(NEW))

    def keep_in(self, suffix: str | None) -> None:
        """Name the helper for all other registries; None: name none."""
        root = json_text.root(self.text)
        found = root.find(STORE)
        if suffix is None:
            self.text = root.removed(found) if found else self.text
        elif found is None:
            self.text = root.added(STORE, json.dumps(suffix))
        else:
            self.text = root.replaced(found, json.dumps(suffix))

    def ask(self, registry: str, suffix: str) -> None:
        """Let the helper be asked for `registry`."""
        root = json_text.root(self.text)
        table = root.find(MEMBER)
        if table is None or not table.value:
            value = json_text.nested(registry, suffix, *root.layout())
            self.text = root.added(MEMBER, value) if table is None else root.replaced(table, value)
            return
        helpers = json_text.Object(self.text, table.value_start)
        entry, value = helpers.find(registry), json.dumps(suffix)
        self.text = helpers.added(registry, value) if entry is None else helpers.replaced(entry, value)

    def forget(self, registry: str) -> None:
        """Let no helper be asked for `registry`; an empty table goes with its last entry."""
        table = json_text.root(self.text).find(MEMBER)
        helpers = json_text.Object(self.text, table.value_start) if table and table.value else None
        entry = helpers.find(registry) if helpers else None
        if helpers is None or entry is None:
            return
        self.text = helpers.removed(entry)
        root = json_text.root(self.text)
        if (rest := root.find(MEMBER)) is not None and not rest.value:
            self.text = root.removed(rest)

    def _parsed(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed

    def _check(self) -> None:
        try:
            document = json.loads(self.text, object_pairs_hook=_without_doubles, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self._unfit("is not the JSON that docker reads") from None
        if not isinstance(document, dict):
            raise self._unfit("does not hold a JSON object")
        if any(name != MEMBER and name.lower() == MEMBER.lower() for name in document):
            raise self._unfit(f"spells {MEMBER} in another way")
        helpers = document.get(MEMBER) or {}
        if not isinstance(helpers, dict) or not all(isinstance(name, str) for name in helpers.values()):
            raise self._unfit(f"has a {MEMBER} that does not name a helper for each registry")

    def _unfit(self, why: str) -> Refused:
        return Refused(f"{self._file} {why}", shell.json_mistake(self._file))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(_name: str) -> NoReturn:
    raise ValueError("no JSON")
