"""All files that `keyturn setup docker` knows, as they are and as they shall be."""

from __future__ import annotations

import json
from typing import NamedTuple

from keyturn.configuration.registry_logins import docker_file
from keyturn.editing.own_file import OwnFile
from keyturn.verbs.setup.docker import places
from keyturn.verbs.setup.docker.helpers import MEMBER, STORE, SUFFIX, HelperTable
from keyturn.verbs.setup.docker.registries_conf import KEY, drop_ins
from keyturn.verbs.setup.record import CREATED, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from keyturn.verbs.setup.advice import Advice


class Change(NamedTuple):
    """One registry's entry in one file: the helper's suffix before and after, None for no entry.

    registry: or `credsStore`, for the helper of all others; or `credential-helpers`, for those of all.
    """

    file: Path
    registry: str
    before: str | None
    after: str | None

    def sentence(self) -> str:
        """As the entry reads, and what it replaces."""
        told = f"{self.file}: "
        if self.registry == KEY:
            return f"{told}{KEY} names {self.after}" if self.after else f"{told}gone again"
        if self.registry == STORE:
            kept = f'"{STORE}": {json.dumps(self.after or self.before)}'
            return f"{told}{kept}{', as docker chooses by itself until now' if self.after else ' is gone again'}"
        if self.after is None:
            return f"{told}the {MEMBER} entry for {self.registry} is gone again"
        told += f'"{MEMBER}": {json.dumps({self.registry: self.after})}'
        return told if self.before is None else f"{told} instead of {json.dumps(self.before)}"

    def lack(self) -> str:
        """What is not so yet, for whoever only looks: the entry itself would read as if it were there, and wrong."""
        if self.registry == KEY:
            return f"{self.file} is {'not as it has to be' if self.after else 'left over'}"
        if self.registry == STORE:
            entry = f'"{STORE}": {json.dumps(self.after or self.before)}'
            return f"{self.file} {'lacks' if self.after else 'still has'} {entry}"
        if self.after == SUFFIX:
            return f"docker does not ask keyturn for {self.registry} ({self.file})"
        return f"docker still asks keyturn for {self.registry}, which is no target any more ({self.file})"


class Plan:
    """All files as they are and as they shall be."""

    def __init__(self) -> None:
        self.record = Record("docker")
        self.changes: list[Change] = []
        self.advice: list[Advice] = []
        self._drop_ins = drop_ins()
        self._restored: list[tuple[Path, str]] = []
        """What stands in its place again, by file and name: recorded until it does."""
        self._files = [OwnFile(path) for path in places.files()]
        self._tables = [HelperTable(file.text, str(file.path)) for file in self._files]

    def ask_keyturn(self, login_servers: Sequence[str]) -> None:
        """Put our helper in, for each of `login_servers`, in all files."""
        for file, table in zip(self._files, self._tables, strict=True):
            self._keep_default_store(file, table)
            for server in login_servers:
                before = table.helpers.get(server)
                if before != SUFFIX:
                    table.ask(server, SUFFIX)
                    self.record.remember(file.path, server, before)
                    self.changes.append(Change(file.path, server, before, SUFFIX))
                    if not file.is_there:
                        self.record.remember(file.path, CREATED, file.missing_directories())
            self.advice += places.stale(file.path, table, login_servers)
        self.advice += [
            *filter(None, [places.on_path(), places.confined()]),
            *places.by_variables(login_servers),
            *places.overruled(login_servers),
        ]

    def undo(self, login_servers: Collection[str]) -> None:
        """Take our helper out, for `login_servers` or wherever it stands, and put back what stood there before."""
        self._take_out(lambda server: not login_servers or server in login_servers)

    def keep_to(self, login_servers: Collection[str]) -> None:
        """Take our helper out for all but `login_servers`: what is no target any more gets "not found" from us."""
        self._take_out(lambda server: server not in login_servers)

    def _take_out(self, ends: Callable[[str], bool]) -> None:
        for file, table in zip(self._files, self._tables, strict=True):
            ours = [server for server, helper in table.helpers.items() if helper == SUFFIX]
            for server in filter(ends, ours):
                former = self.record.replaced(file.path, server)
                if former is None:
                    table.forget(server)
                else:
                    table.ask(server, former)
                self._restored.append((file.path, server))
                self.changes.append(Change(file.path, server, SUFFIX, former))
            if SUFFIX not in table.helpers.values():
                self._give_up_store(file, table)

    def ask_for_all(self, *, wanted: bool) -> None:
        """Have the drop-ins as they have to be, where they are wanted, or were once."""
        if wanted or any(each.is_there for each in self._drop_ins):
            lacking = (each for each in self._drop_ins if not each.is_right)
            self.changes += [Change(each.path, KEY, None, SUFFIX) for each in lacking]

    def give_up_drop_ins(self, words: Sequence[str]) -> None:
        """Take the drop-ins away, unless only the registries `words` are given up."""
        there = [each for each in self._drop_ins if each.is_there and not words]
        self.changes += [Change(each.path, KEY, SUFFIX, None) for each in there]

    def _keep_default_store(self, file: OwnFile, table: HelperTable) -> None:
        """Docker chooses a store for passwords only while its file names no helper: ours would be the first."""
        store = places.default_store()
        if file.path == docker_file() and table.is_fresh and store is not None:
            table.keep_in(store)
            self.record.remember(file.path, STORE, store)
            self.changes.append(Change(file.path, STORE, None, store))

    def _give_up_store(self, file: OwnFile, table: HelperTable) -> None:
        """Unless it keeps a login by now: docker would have named it itself then."""
        store = self.record.replaced(file.path, STORE)
        self._restored.append((file.path, STORE))
        if store is not None and store == table.store and not table.has_logins:
            table.keep_in(None)
            self.changes.append(Change(file.path, STORE, store, None))

    def carry_out(self) -> None:
        """Write what changed: what --undo needs is durable as long as it may be needed. Raises Refused."""
        self.record.save()
        self._write_files()
        for path, name in self._restored:
            self.record.remember(path, name, None)
        self.record.save()

    def _write_files(self) -> None:
        changed = {change.file: change.after for change in self.changes}
        for drop_in in self._drop_ins:
            if drop_in.path in changed:
                (drop_in.write if changed[drop_in.path] else drop_in.remove)()
        for file, table in zip(self._files, self._tables, strict=True):
            if file.path not in changed:
                continue
            made = self.record.replaced(file.path, CREATED)
            if table.is_empty and made is not None:
                self._restored.append((file.path, CREATED))
                file.remove(made if isinstance(made, list) else ())
            else:
                file.write(table.text)
