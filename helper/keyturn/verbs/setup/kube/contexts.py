"""The contexts of kubeconfigs, as they are."""

from __future__ import annotations

from keyturn.configuration.targets.kube import find_kube
from keyturn.verbs.setup.kube import refusals
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile, kubeconfigs
from keyturn.verbs.setup.kube.kubeconfig.merged import server_of
from keyturn.verbs.setup.kube.register import Register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from keyturn.configuration.config import Config


class Contexts:
    """Those of the kubeconfigs that kubectl reads, or of one that is named. context: the only one, None for all.

    Raises Refused for a file or a context that is not there.
    """

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        self.files = [KubeFile(path) for path in kubeconfigs(kubeconfig)]
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
            user = file.users.get(str(file.contexts[name].get("user", "")))
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
            if find_kube(config.kube_targets, self._server(file.contexts[name])) is None:
                yield file, name

    def servers(self) -> Iterator[str]:
        """Of all contexts."""
        return (self._server(file.contexts[name]) for file, name in self._contexts())

    def servers_asking(self) -> Iterator[str]:
        """Of the contexts that ask keyturn."""
        return (self._server(file.contexts[name]) for file, name, _ in self.asking())

    def _contexts(self) -> Iterator[tuple[KubeFile, str]]:
        """Each context in the file that kubectl takes it from: the first that has it."""
        seen: set[str] = set()
        for file in self.files:
            for name in file.contexts:
                if name not in seen and self._only in {None, name}:
                    seen.add(name)
                    yield file, name

    def _server(self, context: dict[str, Any]) -> str:
        return server_of(self.files, context)
