"""The contexts of kubeconfigs, as they are."""

from __future__ import annotations

import contextlib
import os

from keyturn.configuration.targets.kube import find_kube
from keyturn.errors import Refused
from keyturn.verbs.setup.kube import refusals
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile, kubeconfigs
from keyturn.verbs.setup.kube.kubeconfig.merged import server_of, user_of
from keyturn.verbs.setup.kube.register import Register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from keyturn.configuration.config import Config


class Contexts:
    """Those of the kubeconfigs that kubectl reads, or of one that is named. context: the only one, None for all.

    `files` are those that may be changed; what their contexts lead to may stand in any that is `merged`.

    Raises Refused for a file or a context that is not there.
    """

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        self.files = [KubeFile(path) for path in kubeconfigs(kubeconfig)]
        self.merged = [*self.files, *_listed_beside(kubeconfig)]
        self.register = Register()
        self._only = context
        self._is_named = kubeconfig is not None
        if kubeconfig is not None and not self.files[0].is_there:
            raise refusals.no_file(self.files[0])
        if context is not None and not any(context in file.contexts for file in self.files):
            raise refusals.no_context(context, self.files)

    def asking(self) -> Iterator[tuple[KubeFile, str, dict[str, Any]]]:
        """The contexts that ask keyturn: where each is, its name, and its user."""
        for file, name in self._contexts():
            user = user_of(self.merged, file.contexts[name])
            if user is not None and users.is_ours(user):
                yield file, name, user

    def not_asking(self, config: Config) -> Iterator[tuple[Path, str]]:
        """The contexts of kube targets that ask somebody else: those that az has just overwritten, for instance."""
        ours = {(file.path, name) for file, name, _ in self.asking()}
        for file, name in self._contexts():
            target = find_kube(config.kube_targets, self._server(file.contexts[name]))
            if target is not None and (file.path, name) not in ours:
                yield file.path, name

    def needless(self, config: Config) -> Iterator[tuple[KubeFile, str]]:
        """The contexts that ask keyturn for a cluster that is no target any more: it refuses them."""
        for file, name, _ in self.asking():
            if find_kube(config.kube_targets, self._server_meant(file.contexts[name])) is None:
                yield file, name

    def former(self, file: KubeFile, context: str) -> str:
        """The user of a context in `file` that is not ours: its own, or the one it had before."""
        user = str(file.contexts[context].get("user", ""))
        former = users.former(user)
        return former if former is not None and users.is_ours(user_of(self.merged, file.contexts[context])) else user

    def servers(self) -> Iterator[str]:
        """Of all contexts."""
        return (self._server_meant(file.contexts[name]) for file, name in self._contexts())

    def servers_asking(self) -> Iterator[str]:
        """Of the contexts that ask keyturn."""
        return (self._server_meant(file.contexts[name]) for file, name, _ in self.asking())

    def _contexts(self) -> Iterator[tuple[KubeFile, str]]:
        """Each context in the file that kubectl takes it from: the first that has it."""
        seen: set[str] = set()
        for file, name in self._with_hidden():
            if name not in seen:
                seen.add(name)
                yield file, name

    def _with_hidden(self) -> Iterator[tuple[KubeFile, str]]:
        """Each context in each file, those behind another of their name, too."""
        return ((file, name) for file in self.files for name in file.contexts if self._only in {None, name})

    def _server(self, context: dict[str, Any]) -> str:
        return server_of(self.merged, context)

    def _server_meant(self, context: dict[str, Any]) -> str:
        """The same; where the cluster stands in no file that is read now, the one that our user was set up for."""
        user = user_of(self.merged, context)
        return self._server(context) or (users.server_of(user) if users.is_ours(user) else None) or ""


def _listed_beside(named: str | None) -> Iterator[KubeFile]:
    """What KUBECONFIG lists beside the file that is named, if it lists that; what cannot be read says nothing."""
    listed = kubeconfigs(None)
    others = [path for path in listed if named is None or os.path.realpath(path) != os.path.realpath(named)]
    for path in [] if len(others) == len(listed) else others:
        with contextlib.suppress(Refused):
            yield KubeFile(path)
