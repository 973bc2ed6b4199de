"""The register of clusters, as `keyturn setup kube` keeps it (keyturn.configuration.known_clusters)."""

from __future__ import annotations

import base64
import binascii
import errno
import json
import os
import secrets
import stat

from keyturn.configuration.known_clusters import NAME, DamagedRecord, KnownCluster, key_of, load
from keyturn.protocols.kubectl import Trust, fingerprint
from keyturn.reach.paths import open_private_directory, state_directory
from keyturn.verbs.setup.own_file import OwnFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from keyturn.configuration.hosts import Place

WORD_BYTES = 16
"""128 bits: nobody guesses it, at however many requests a second."""
CA_LIMIT = 4 << 20
"""Bytes; a bundle of all public authorities has a quarter of a MiB."""
UNREADABLE = "unreadable"
"""In the place of a CA's SHA-256 where the file cannot be read: no request agrees with it."""


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

    def learn(self, place: Place, trust: Trust, profile: str) -> str:
        """Record `trust` for the server at `place`; the word of `profile` there, which stays while the trust does.

        With another trust nobody's stanza is good any more; whose there were is still known, so that none of them is
        answered without a word.
        """
        known = self._known.get(key_of(place))
        words = {} if known is None else dict(known.words)
        if known is not None and known.trust != trust:
            words = {name: secrets.token_hex(WORD_BYTES) for name in words}
        word = words.setdefault(profile, secrets.token_hex(WORD_BYTES))
        self._known[key_of(place)] = KnownCluster(trust, words)
        return word

    def save(self) -> None:
        """Make it durable, if it changed. Raises Refused and StateError."""
        if self._known == self._before and not self.is_damaged:
            return
        os.close(open_private_directory(str(self._directory), create=True))
        entries = {
            server: {"trust": known.trust._asdict(), "words": dict(known.words)}
            for server, known in self._known.items()
        }
        OwnFile(self._directory / NAME).write(json.dumps(entries, indent=1) + "\n")


def trust_of(cluster: Mapping[str, Any], directory: Path) -> Trust:
    """What the entry `cluster` of a kubeconfig in `directory` trusts, as client-go tells it to a plugin."""
    named = str(cluster.get("certificate-authority") or "")
    return Trust(
        authority=_authority(cluster.get("certificate-authority-data"), directory / named if named else None),
        authority_file="" if cluster.get("certificate-authority-data") else named,
        proxy=str(cluster.get("proxy-url") or ""),
        tls_server_name=str(cluster.get("tls-server-name") or ""),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
    )


def _authority(data: object, file: Path | None) -> str:
    try:
        if data:
            return fingerprint(base64.b64decode(str(data), validate=True))
        return fingerprint(_content(file)) if file is not None else ""
    except (OSError, binascii.Error):
        return UNREADABLE


def _content(file: Path) -> bytes:
    """Raises OSError for what is no regular file of a CA's size: a stranger's kubeconfig may name a FIFO."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > CA_LIMIT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return opened.read(CA_LIMIT)
