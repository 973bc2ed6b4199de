"""The clusters that `keyturn setup kube` has recorded, read again only when their file has changed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from keyturn.configuration import known_clusters
from keyturn.errors import KeyturnError
from keyturnd.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from keyturn.configuration.known_clusters import KnownCluster


class RecordedClusters:
    """Those of one state directory."""

    def __init__(self, state_directory: Path) -> None:
        self._state_directory = state_directory
        self._file = Watched(state_directory / known_clusters.NAME)
        self._known: Mapping[str, KnownCluster] = {}

    def now(self) -> Mapping[str, KnownCluster]:
        """As keyturn.configuration.known_clusters.load, which raises ConfigError and DamagedRecord each time."""
        if not self._file.same():
            self._file.look()
            try:
                self._known = known_clusters.load(self._state_directory)
            except KeyturnError:
                self._file.forget()
                raise
            self._file.judge(good=True)
        return self._known


@functools.cache
def recorded(state_directory: Path) -> RecordedClusters:
    """The one of `state_directory`."""
    return RecordedClusters(state_directory)
