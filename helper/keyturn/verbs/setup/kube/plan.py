"""Which contexts have to ask keyturn, so that the kube targets work."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import NamedTuple

from keyturn import hints, moves, shell
from keyturn.configuration.clusters import token_for
from keyturn.configuration.hosts import UnfitName, https_url, without_userinfo
from keyturn.configuration.targets.kube import find_kube
from keyturn.errors import ConfigError, Refused, UsageError
from keyturn.home import home
from keyturn.protocols.kubectl import ExecRequest, KubeOptions
from keyturn.reach.installed import program
from keyturn.verbs.setup.kube import users
from keyturn.verbs.setup.kube.file import KubeFile
from keyturn.verbs.setup.kube.register import Register, trust_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.kube import KubeTarget
    from keyturn.hints import Hint
    from keyturn.protocols.kubectl import Trust


class Change(NamedTuple):
    """One context's user before and after."""

    file: Path
    context: str
    before: str
    after: str

    @property
    def is_back(self) -> bool:
        """Whether the context has the user again that it had before it asked keyturn."""
        return users.former(self.before) == self.after


class Plan:
    """The kubeconfigs as they are and as they shall be. context: the only one to change, None for all."""

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        self.files = [KubeFile(path) for path in kubeconfigs(kubeconfig)]
        self.register = Register()
        self.notes: list[str] = []
        self.warnings: list[tuple[str, Hint]] = []
        self._only = context
        self._where = ", ".join(str(file.path) for file in self.files)
        if context is not None and not any(context in file.contexts for file in self.files):
            raise UsageError(
                f"there is no context {context} in {self._where}", shell.kubectl("config", "get-contexts")
            )

    def ask_keyturn(self, config: Config, profile: str | None) -> None:
        """Point the contexts of kube targets at users of ours."""
        found = False
        for file, name in self._contexts():
            server = self._server(file.contexts[name])
            target = find_kube(config.kube_targets, server)
            if target is None and self._only is not None:
                raise _no_target(config, name, server)
            if target is not None:
                found = True
                # Says no to a profile that will not do.
                token_for(config, ExecRequest(cluster_server=server), KubeOptions(profile), {})
                self._ask_for(file, name, target, profile or target.profile)
        if not found:
            raise _nothing_to_do(config, self._where)
        self._tidy()

    def outdated(self) -> Iterator[tuple[Path, str]]:
        """The contexts whose user an older keyturn wrote: it does not tell every client's cluster."""
        for file, name in self._contexts():
            user = file.users.get(str(file.contexts[name].get("user", "")))
            if users.is_ours(user) and users.server_of(user) is None:
                yield file.path, name

    def _ask_for(self, file: KubeFile, context: str, target: KubeTarget, profile: str) -> None:
        directory, cluster = self._cluster(file.contexts[context])
        trust, known = trust_of(cluster, directory), self.register.trusted(target.place)
        if trust.insecure:
            self._complain(context, "is reached without verification", moves.verify_cluster())
            return
        if known not in {None, trust}:
            told = f"is reached by {_shown(trust)}, and was set up with {_shown(known)}"
            if self._only is None:
                self._complain(context, told, hints.set_up("kube", "--context", context))
                return
            self.notes.append(f"the cluster of context {context} {told}: now the former counts")
        word = self.register.learn(target.place, trust, profile)
        entry = self._entry(file, context, profile, target)
        stanza = users.stanza(
            program(users.PROGRAM), profile=profile, server=target.url, word=word,
            cluster_info=self._fits(file.contexts[context]),
        )  # fmt: skip
        file.put(entry, stanza)
        file.switch(context, entry)

    def _complain(self, context: str, what: str, hint: Hint) -> None:
        """Refuse what was asked for by name; pass over what is only among the others."""
        sentence = f"the cluster of context {context} {what}"
        if self._only is not None:
            raise Refused(sentence, hint)
        self.warnings.append((sentence, hint))

    def _entry(self, file: KubeFile, context: str, profile: str, target: KubeTarget) -> str:
        """Our entry for the context: the first of its former user's that is free, or is for this server already."""
        names = (users.name(_former(file, context), profile, number) for number in count(1))
        return next(name for name in names if self._is_free(file, name, target))

    def _is_free(self, file: KubeFile, entry: str, target: KubeTarget) -> bool:
        user = {"exec": file.added[entry]} if entry in file.added else file.users.get(entry)
        if not users.is_ours(user):
            return True
        if (server := users.server_of(user)) is not None:
            return server == target.url
        sharing = (context for context in file.contexts.values() if context.get("user") == entry)
        return all(_is_at(target, self._server(context)) for context in sharing)

    def undo(self) -> None:
        """Point the contexts that ask keyturn at their former users."""
        for file, name in self._contexts():
            file.switch(name, _former(file, name))
        self._tidy()

    def changes(self) -> Iterator[Change]:
        """What becomes of each context; one whose user stays, but is written anew, is among them."""
        for file in self.files:
            for name, context in file.contexts.items():
                before = str(context.get("user", ""))
                after = file.switched.get(name, before)
                if after != before or after in file.added:
                    yield Change(file.path, name, before, after)

    def carry_out(self) -> None:
        """Write what changed, once all of it is known to be possible. Raises Refused."""
        changed = [file for file in self.files if file.is_changed()]
        for file in changed:
            file.check()
        self.register.save()
        for file in changed:
            file.write()

    def _contexts(self) -> Iterator[tuple[KubeFile, str]]:
        """Each context in the file that kubectl takes it from: the first that has it."""
        seen: set[str] = set()
        for file in self.files:
            for name in file.contexts:
                if name not in seen and self._only in {None, name}:
                    seen.add(name)
                    yield file, name

    def _tidy(self) -> None:
        """Remove our users that no context needs any more."""
        wanted = set().union(*(file.users_wanted() for file in self.files))
        for file in self.files:
            for name, user in file.users.items():
                if users.former(name) is not None and users.is_ours(user) and name not in wanted:
                    file.remove(name)

    def _cluster(self, context: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
        """A context's cluster and the directory its paths are relative to."""
        name = context.get("cluster")
        for file in self.files:
            if name in file.clusters:
                return file.path.parent, file.clusters[name]
        return Path(), {}

    def _server(self, context: dict[str, Any]) -> str:
        return str(self._cluster(context)[1].get("server", ""))

    def _fits(self, context: dict[str, Any]) -> bool:
        """Whether kubectl can tell the helper about the cluster: with a large CA it could not even start it."""
        directory, cluster = self._cluster(context)
        if data := cluster.get("certificate-authority-data"):
            return len(str(data)) <= users.AUTHORITY_LIMIT
        if file := cluster.get("certificate-authority"):
            try:
                return (directory / str(file)).stat().st_size * 4 // 3 <= users.AUTHORITY_LIMIT
            except OSError:
                pass  # kubectl itself will say so
        return True


def kubeconfigs(named: str | None) -> list[Path]:
    """The files that kubectl reads: `named`, else those of KUBECONFIG, else ~/.kube/config."""
    if named is not None:
        return [Path(named)]
    listed = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    return list(dict.fromkeys(listed)) or [Path(home(), ".kube", "config")]


def _former(file: KubeFile, context: str) -> str:
    """The user of a context that is not ours: its own, or the one it had before."""
    user = str(file.contexts[context].get("user", ""))
    former = users.former(user)
    return former if former is not None and users.is_ours(file.users.get(user)) else user


def _is_at(target: KubeTarget, server: str) -> bool:
    try:
        return https_url(server) == target.place
    except UnfitName:
        return False


def _shown(trust: Trust | None) -> str:
    """What a person compares."""
    if trust is None:
        return "nothing"
    parts = [f"the CA with SHA-256 {trust.authority}" if trust.authority else "the CAs of the system"]
    parts += [f"the proxy {without_userinfo(trust.proxy)}"] if trust.proxy else []
    parts += [f"the name {trust.tls_server_name}"] if trust.tls_server_name else []
    return ", ".join(parts)


def _no_target(config: Config, context: str, server: str) -> Refused:
    shown = without_userinfo(server)
    return Refused(
        f"the cluster of context {context} is no kube target",
        moves.add(f'"{shown}" = "PROFILE"', "[targets.kube]", str(config.source)),
    )


def _nothing_to_do(config: Config, where: str) -> ConfigError:
    if not config.kube_targets:
        example = '"https://CLUSTER.hcp.REGION.azmk8s.io" = "PROFILE"'
        return ConfigError(
            f"{config.source} has no kube targets", moves.add(example, "[targets.kube]", str(config.source))
        )
    return ConfigError(f"no context in {where} is for a kube target", shell.kubectl("config", "view"))
