"""The register of clusters, as `keyturn setup kube` keeps it (keyturn.configuration.known_clusters)."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path

from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.known_clusters import NAME, DamagedRecord, KnownCluster, key_of, load
from keyturn.editing.own_file import OwnFile
from keyturn.reach.paths import open_private_directory, state_directory
from keyturn.verbs.setup.kube.kubeconfig import users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from keyturn.configuration.hosts import Place
    from keyturn.protocols.kubectl import Trust
    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile

WORD_BYTES = 16
"""128 bits: nobody guesses it, at however many requests a second."""


class Register:
    """What is known, and what is learned of it in this run."""

    def __init__(self) -> None:
        self._directory = state_directory()
        self.is_damaged = False
        try:
            self._known = load(self._directory)
        except DamagedRecord:
            self._known, self.is_damaged = {}, True
        self._before = dict(self._known)

    def trusted(self, place: Place) -> Trust | None:
        """What is recorded for the server at `place`."""
        known = self._known.get(key_of(place))
        return None if known is None else known.trust

    def learn(self, place: Place, trust: Trust, profile: str, file: Path) -> str:
        """Record `trust` for the server at `place`, and that `file` has a stanza; the word of `profile` there.

        The word stays while the trust does. With another trust nobody's stanza is good any more.
        """
        known = self._known.get(key_of(place), KnownCluster(trust, {}))
        words = dict(known.words) if known.trust == trust else {}
        word = words.setdefault(profile, secrets.token_hex(WORD_BYTES))
        files = tuple(dict.fromkeys((*known.files, str(file.absolute()))))
        self._known[key_of(place)] = KnownCluster(trust, words, files)
        return word

    def has_word(self, server: str, profile: str, word: str | None) -> bool:
        """Whether a stanza with `word` is one of ours, for `server` as it stands there."""
        known = self._known.get(_key(server))
        return known is not None and known.has_word(profile, word)

    def forget(self, server: str, file: Path) -> None:
        """`file` has no stanza for `server` any more: with its last one goes what is known of it."""
        known = self._known.get(_key(server))
        if known is None:
            return
        files = tuple(each for each in known.files if each != str(file.absolute()))
        self._known[_key(server)] = known._replace(files=files)
        if not files:
            del self._known[_key(server)]

    def forget_gone(self) -> None:
        """What only kubeconfigs need that are there no more."""
        for server, known in list(self._known.items()):
            for file in (Path(each) for each in known.files):
                if not _is_ours(file):
                    self.forget(server, file)

    def elsewhere(self, files: Iterable[KubeFile]) -> list[Path]:
        """The kubeconfigs with stanzas of ours that are not among `files`, and are still there and the user's own."""
        read = {str(file.path.absolute()) for file in files}
        known = {each for known in self._known.values() for each in known.files}
        return [path for path in map(Path, sorted(known - read)) if _is_ours(path)]

    def save(self) -> None:
        """Make it durable, if it changed. Raises Refused and StateError."""
        if self._known == self._before and not self.is_damaged:
            return
        file = OwnFile(self._directory / NAME)
        if not self._known:
            file.remove()
            return
        os.close(open_private_directory(str(self._directory), create=True))
        entries = {
            server: known._asdict() | {"trust": known.trust._asdict(), "words": dict(known.words)}
            for server, known in self._known.items()
        }
        file.write(json.dumps(entries, indent=1) + "\n")


def outdated(user: Any, register: Register) -> str | None:
    """Why the entry `user` of ours has to be written anew, as the end of a sentence; None: it has not."""
    program = Path(str(user["exec"]["command"]))
    if program.is_absolute() and not os.access(program, os.X_OK):
        return f"runs {program}, which is not there"  # its environment was removed, or is on another machine
    server, profile = users.server_of(user), users.argument(user, "--profile")
    if server is None or profile is None:
        return "was set up by an older keyturn"
    kept = register.has_word(server, profile, users.argument(user, "--word"))
    return None if kept else "was set up on another machine, or is out of date"


def _is_ours(file: Path) -> bool:
    """Whether it is there still: what somebody else has put in its place must not stop us."""
    try:
        status = file.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()


def _key(server: str) -> str:
    """Of the server that a stanza names; empty, which is nobody's, for what somebody has made of it."""
    try:
        return key_of(https_url(server))
    except UnfitName:
        return ""
