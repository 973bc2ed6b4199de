"""One kubeconfig, changed only if kubectl then reads in it exactly what was wanted."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from keyturn import hints, moves, shell
from keyturn.editing.own_file import OwnFile
from keyturn.errors import Refused
from keyturn.home import home
from keyturn.signals import PutOff
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.reader import read
from keyturn.verbs.setup.kube.kubeconfig.text import Unreadable, editor
from keyturn.verbs.setup.kube.kubeconfig.whole import Whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.kinds_of_hints import Command
    from keyturn.verbs.setup.kube.kubeconfig.text import Document, Lines

    Named = dict[str, dict[str, Any]]


class KubeFile:
    """The kubeconfig at `path`: its contexts, clusters and users by name, and what shall become of them.

    Raises Refused for a file that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = OwnFile(path)
        self._before = read(self._file.text, str(path))
        self.contexts = _by_name(self._before, "context")
        self.clusters = _by_name(self._before, "cluster")
        self.users = _by_name(self._before, "user")
        self.switched: dict[str, str] = {}
        self.added: Named = {}
        self.removed: list[str] = []
        self.loses_comments = False
        """Whether it could only be written anew as a whole; known once it has been checked."""
        self.users_before: str | None = None
        """How the list of users was written without ours, if nobody else is in it (`text.Lines.empty_users`)."""

    @property
    def is_there(self) -> bool:
        """Whether there is such a file."""
        return self._file.is_there

    def empty_users(self) -> str | None:
        """How the list of users is written, None where somebody is in it, or it cannot be told."""
        try:
            return editor(self._file.text).empty_users()
        except Unreadable:
            return None

    def users_left(self) -> set[str]:
        """The users that will be there."""
        return {*self.users, *self.added} - set(self.removed)

    def switch(self, context: str, user: str) -> None:
        """Point `context` at `user`."""
        if self.contexts[context].get("user", "") != user:
            self.switched[context] = user

    def put(self, user: str, stanza: dict[str, Any]) -> None:
        """Have the entry `user` with this `exec`. Raises Refused where somebody else's has its name."""
        found = self.users.get(user)
        if found is not None and not users.is_ours(found):
            raise Refused(f"{self.path} has a user {user} that is not keyturn's", self._shown("config", "get-users"))
        if found is None or not _fits(found, stanza):
            self.added[user] = stanza

    def replace(self, user: str, stanza: dict[str, Any]) -> None:
        """Have this `exec` in the entry `user`, whoever it is of, in place of all that it has."""
        if not _fits(self.users[user], stanza):
            self.added[user] = stanza

    def remove(self, user: str) -> None:
        """Have no entry `user`."""
        self.removed.append(user)

    def users_wanted(self) -> set[str]:
        """The users that contexts will point at."""
        return {self.switched.get(name, str(context.get("user", ""))) for name, context in self.contexts.items()}

    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.switched or self.added or self.removed)

    def check(self) -> None:
        """Raises Refused for a file that cannot be changed safely."""
        self._rewritten()

    def write(self) -> None:
        """Change the file. Raises Refused."""
        text = self._rewritten()
        with PutOff(), _locked(self.path):  # a lock left behind would keep kubectl and us out for good
            self._file.write(text)

    def write_to(self, path: Path) -> None:
        """Leave the file as it is, and write what it would become to `path`. Raises Refused."""
        OwnFile(path).write(self._rewritten())

    def _rewritten(self) -> str:
        """With as little changed as can be; else anew as a whole, as kubectl itself writes it."""
        for form in (editor, Whole):
            with contextlib.suppress(Unreadable, Refused):  # what kubectl cannot read is no kubeconfig, either
                found = self._edited(form(self._file.text))
                if self._is_as_wanted(read(found, str(self.path))):
                    self.loses_comments = form is Whole and "#" in self._file.text
                    return found
        raise self._unsafe()

    def _edited(self, text: Lines | Document) -> str:
        """The content with all changes in it. Raises Unreadable."""
        for user in (*self.removed, *(user for user in self.added if user in self.users)):
            text.remove_user(user)
        for user, stanza in self.added.items():
            text.add_user(user, stanza)
        for context, user in self.switched.items():
            text.set_context_user(context, user)
        if self.users_before is not None and not self.users_left():
            text.leave_users(self.users_before)
        return text.text

    def _is_as_wanted(self, after: dict[str, Any]) -> bool:
        contexts = {
            name: context | ({"user": self.switched[name]} if name in self.switched else {})
            for name, context in self.contexts.items()
        }
        users = _by_name(after, "user")
        if not all(user in users and _fits(users[user], stanza) for user, stanza in self.added.items()):
            return False
        others = {name: user for name, user in self.users.items() if name not in {*self.added, *self.removed}}
        lists = {"contexts": contexts, "clusters": self.clusters, "users": others | _only(users, self.added)}
        return {**_without_lists(self._before), **lists} == {
            **_without_lists(after),
            "contexts": _by_name(after, "context"),
            "clusters": _by_name(after, "cluster"),
            "users": users,
        }

    def _unsafe(self) -> Refused:
        return Refused(
            f"{self.path} is written in a form that keyturn does not change",
            moves.clients.by_hand(hints.set_up("kube", "--dry-run")),
        )

    def _shown(self, *arguments: str) -> Command:
        return shell.kubectl(f"--kubeconfig={self.path}", *arguments)


def kubeconfigs(named: str | None) -> list[Path]:
    """The files that kubectl reads: `named`, else those of KUBECONFIG, else ~/.kube/config."""
    if named is not None:
        return [Path(named)]
    listed = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    return list(dict.fromkeys(listed)) or [Path(home(), ".kube", "config")]


def _by_name(document: dict[str, Any], kind: str) -> Named:
    return {item["name"]: item.get(kind) or {} for item in document.get(f"{kind}s") or []}


def _without_lists(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in {"contexts", "clusters", "users"}}


def _only(users: Named, names: Named) -> Named:
    return {name: users[name] for name in names}


def _fits(user: dict[str, Any], stanza: dict[str, Any]) -> bool:
    """Whether `user` is this `exec` and nothing else, as far as the kubectl here tells.

    An old one leaves out what it does not know, and what is not set reads as null.
    """
    found = {key: value for key, value in (user.get("exec") or {}).items() if value is not None}
    known = {key: value for key, value in stanza.items() if key in found or key in {"command", "args", "apiVersion"}}
    return found == known and set(user) == {"exec"}


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold kubectl's own lock: a file beside the kubeconfig, there for as long as it is being changed."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise Refused(f"{path} is being changed by another program", moves.clients.unlocked(str(lock))) from None
    except OSError as error:
        raise Refused(
            f"{lock} cannot be made: {(error.strerror or '').lower()}", shell.reason_of(error, str(path.parent))
        ) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
