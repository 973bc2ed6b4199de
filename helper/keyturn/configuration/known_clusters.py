"""The clusters that `keyturn setup kube` has set up: what their kubeconfig trusts, and each profile's word there.

A kubeconfig may be a stranger's. One that names a real cluster, but a CA or a proxy of its own, would have the token
sent to whoever owns those; and some clients never tell their cluster. So what was trusted when the person set it up
is kept here, with a random word that is in the arguments of our own stanza only.
"""

from __future__ import annotations

import hmac
import json
from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.trusted import read_trusted
from keyturn.errors import Refused
from keyturn.protocols.kubectl import Trust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from keyturn.configuration.hosts import Place

NAME = "clusters.json"


class DamagedRecord(Refused):
    """The record cannot be read. Nobody is answered until `keyturn setup kube` has written it anew."""


class KnownCluster(NamedTuple):
    """What was recorded for one server. words: by profile; files: the kubeconfigs with stanzas that have them."""

    trust: Trust
    words: Mapping[str, str]
    files: tuple[str, ...] = ()

    def has_word(self, profile: str, word: str | None) -> bool:
        """Whether `word` is the one kept for `profile`."""
        kept = self.words.get(profile)
        return bool(kept and word) and hmac.compare_digest(
            str(kept).encode(), str(word).encode("utf-8", "surrogateescape")
        )


def key_of(place: Place) -> str:
    """The server at `place` in one spelling."""
    return "/".join([f"https://{place.netloc}", *place.segments])


def load(state_directory: Path) -> dict[str, KnownCluster]:
    """All of them, by `key_of`. Raises ConfigError as `read_trusted` does, DamagedRecord."""
    path = state_directory / NAME
    content = read_trusted(path) if path.parent.is_dir() else None
    try:
        entries = json.loads(content or b"{}")
        return {server: _known(entry) for server, entry in entries.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DamagedRecord(f"{path} is not what keyturn wrote", hints.set_up("kube")) from None


def _known(entry: Mapping[str, Any]) -> KnownCluster:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is no such entry."""
    words = {str(profile): str(word) for profile, word in entry["words"].items()}
    return KnownCluster(Trust(**entry["trust"]), words, tuple(map(str, entry.get("files", ()))))
