"""Which contexts have to ask keyturn, so that the kube targets work."""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

from keyturn import hints, moves
from keyturn.configuration.clusters import token_for
from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.targets.kube import find_kube
from keyturn.errors import Refused, one_line
from keyturn.kinds_of_hints import after
from keyturn.protocols.kubectl import ExecRequest, KubeOptions
from keyturn.reach.installed import program
from keyturn.verbs.setup.kube import agreement, refusals
from keyturn.verbs.setup.kube.contexts import Contexts
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.merged import cluster_of
from keyturn.verbs.setup.kube.trust import fits_a_variable, shown, trust_of
from keyturn.verbs.setup.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn.configuration.config import Config
    from keyturn.configuration.hosts import Place
    from keyturn.configuration.targets.kube import KubeTarget
    from keyturn.kinds_of_hints import Hint
    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile


USERS = "users"
"""The name under which it is noted how a kubeconfig wrote its list of users while nobody was in it."""


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


class Plan(Contexts):
    """The kubeconfigs as they are and as they shall be."""

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        super().__init__(kubeconfig, context)
        self.notes: list[str] = []
        self.warnings: list[tuple[str, Hint]] = []
        self.declined: list[Place] = []
        """The servers of clusters that a person has been asked about, and said no."""
        self._record = Record("kube")
        self._looks = False

    def ask_keyturn(self, config: Config, profile: str | None, *, looks: bool = False) -> bool:
        """Point contexts of kube targets at users of ours, those of former targets back; whether there are any.

        looks: nothing of it will be written, and nobody is asked for an agreement.
        """
        self._looks = looks
        found = self._give_back(config)
        for file, name in self._contexts():
            server = self._server(file.contexts[name])
            target = find_kube(config.kube_targets, server)
            if target is None and self._only is not None:
                raise refusals.not_a_target(config, name, server, file.contexts[name])
            if target is not None:
                found = True
                # Says no to a profile that will not do.
                token_for(config, ExecRequest(cluster_server=server), KubeOptions(profile), {})
                self._ask_for(file, name, target, profile or target.profile)
        if found:
            self._tidy()
        return found

    def _give_back(self, config: Config) -> bool:
        back = [] if self._only is not None else list(self.needless(config))
        for file, name in back:
            file.switch(name, self.former(file, name))
        if back:
            self._tidy()
            for file in {file.path: file for file, _ in back}.values():
                self._forget(file)
        return bool(back)

    def _ask_for(self, file: KubeFile, context: str, target: KubeTarget, profile: str) -> None:
        source, cluster = cluster_of(self.merged, file.contexts[context])
        trust, known = trust_of(cluster, source.parent), self.register.trusted(target.place)
        if trust.insecure:
            self._complain(context, "is reached without verification", moves.clients.verify_cluster())
            return
        told = f"is reached by {shown(trust)}"
        if known not in {None, trust}:
            told += f", and was set up with {shown(known)}"
            if self._only is None:
                self._complain(context, told, hints.set_up("kube", "--context", context))
                return
        if known != trust:
            if not self._agreed(file, context, source, told):
                return
            counts = "would count" if self._looks else "counts"
            now = f"from now on that {counts}" if known is None else f"now the former {counts}"
            self.notes.append(f"the cluster of context {context} {told}: {now} ({source})")
        word = self.register.learn(target.place, trust, profile, file.path)
        entry = self._entry(file, context, profile, target)
        stanza = users.stanza(
            program(users.PROGRAM), profile=profile, server=target.url, word=word,
            cluster_info=fits_a_variable(cluster, source.parent),
        )  # fmt: skip
        file.put(entry, stanza)
        file.switch(context, entry)
        if not file.users and (written := file.empty_users()) is not None:
            self._record.remember(file.path, USERS, written)

    def _agreed(self, file: KubeFile, context: str, source: Path, told: str) -> bool:
        """Whether what `source` says of the cluster, for a context in `file`, may count from now on."""
        saying = [path for path in (source, file.path) if not self._is_named or path != file.path]
        if self._looks or agreement.is_own(path.parent for path in saying):
            return True
        named = hints.set_up("kube", "--context", context, "--kubeconfig", str(file.path.absolute()))
        helps = after("go to a terminal", named) if self._is_named else moves.clients.name_kubeconfig(named)
        try:
            if agreement.given(f"the cluster of context {one_line(context)} {told}", saying, helps):
                return True
        except Refused as error:
            if self._only is not None:
                raise
            self._leave_out(context, error.sentence, helps)
        else:
            self.notes.append(f"context {context} stays as it is")
            self.declined.append(https_url(self._server(file.contexts[context])))
        return False

    def _complain(self, context: str, what: str, hint: Hint) -> None:
        """Refuse what was asked for by name; pass over what is only among the others."""
        sentence = f"the cluster of context {context} {what}"
        if self._only is not None:
            raise Refused(sentence, hint)
        self._leave_out(context, sentence, hint)

    def _leave_out(self, context: str, sentence: str, hint: Hint) -> None:
        self.warnings.append((sentence, hint))
        self.notes.append(f"context {context} is left out: the warning says why")

    def _entry(self, file: KubeFile, context: str, profile: str, target: KubeTarget) -> str:
        """Our entry for the context: the first of its former user's that is free, or is for this server already."""
        names = (users.name(self.former(file, context), profile, number) for number in count(1))
        return next(name for name in names if all(self._is_free(each, name, target, file) for each in self.merged))

    def _is_free(self, file: KubeFile, entry: str, target: KubeTarget, writes: KubeFile) -> bool:
        """Whether `file` lets the file that `writes` it have it: of all entries with one name kubectl takes one."""
        user = {"exec": file.added[entry]} if entry in file.added else file.users.get(entry)
        if not users.is_ours(user):
            return user is None or file is writes  # which refuses to have somebody else's in its place
        if (server := users.server_of(user)) is not None:
            return server == target.url
        contexts = (context for each in self.merged for context in each.contexts.values())
        return all(_is_at(target, self._server(each)) for each in contexts if each.get("user") == entry)

    def undo(self) -> None:
        """Point the contexts that ask keyturn at their former users."""
        for file, name in self._with_hidden():
            file.switch(name, self.former(file, name))
        self._tidy()
        for file in self.files:
            self._forget(file)
        self.register.forget_gone()

    def _forget(self, file: KubeFile) -> None:
        """What nobody in `file` needs any more is not kept either."""
        gone = {users.server_of(file.users[name]) for name in file.removed}
        left = {users.server_of(user) for name, user in file.users.items() if name not in file.removed}
        for server in filter(None, gone - left):
            self.register.forget(server, file.path)
        if not file.users_left():
            file.users_before = self._record.replaced(file.path, USERS)
            self._record.remember(file.path, USERS, None)

    def changes(self) -> Iterator[Change]:
        """What becomes of each context; one whose user stays, but is written anew, is among them."""
        for file in self.files:
            for name, context in file.contexts.items():
                before = str(context.get("user", ""))
                after = file.switched.get(name, before)
                if after != before or after in file.added:
                    yield Change(file.path, name, before, after)

    def carry_out(self, *, undoing: bool) -> None:
        """Write what changed, once all of it is known to be possible. Raises Refused.

        What stanzas need to be answered, and --undo to undo, is durable for as long as it may be needed.
        """
        changed = [file for file in self.files if file.is_changed()]
        try:
            for file in changed:
                file.check()
        except Refused:
            if not undoing:
                self.register.save()  # whoever writes by hand what --dry-run tells needs the same word once more
            raise
        for file in changed:
            if file.loses_comments:
                self.notes.append(f"{file.path} was in a form that has to be written anew: its comments are gone")
        if not undoing:
            self._remember()
        for file in changed:
            file.write()
        if undoing:
            self._remember()

    def _remember(self) -> None:
        self.register.save()
        self._record.save()

    def _tidy(self) -> None:
        """Remove our users that no context needs any more."""
        wanted = set().union(*(file.users_wanted() for file in self.merged))
        for file in self.files:
            settled = wanted.union(file.removed)
            for name, user in file.users.items():
                if users.former(name) is not None and users.is_ours(user) and name not in settled:
                    file.remove(name)


def _is_at(target: KubeTarget, server: str) -> bool:
    try:
        return https_url(server) == target.place
    except UnfitName:
        return False
