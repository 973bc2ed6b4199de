"""The clusters that `keyturn setup kube` has recorded, read again only when their file has changed."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from keyturn.configuration import known_clusters, trusted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from keyturn.configuration.known_clusters import KnownCluster


class RecordedClusters:
    """Those of one state directory. Two stats a request: owners and modes are part of the stamp."""

    def __init__(self, state_directory: Path) -> None:
        self._state_directory = state_directory
        self._file = os.fspath(state_directory / known_clusters.NAME)
        self._stamp: object = None
        self._known: Mapping[str, KnownCluster] = {}

    def now(self) -> Mapping[str, KnownCluster]:
        """As keyturn.configuration.known_clusters.load, which raises ConfigError and DamagedRecord each time."""
        # Taken before the content: a write in between is then seen at the next look.
        stamp = trusted.file_stamp(self._file), trusted.directory_stamp(self._file)
        if stamp != self._stamp:
            self._stamp = None
            self._known = known_clusters.load(self._state_directory)
            self._stamp = stamp
        return self._known


@functools.cache
def recorded(state_directory: Path) -> RecordedClusters:
    """The one of `state_directory`."""
    return RecordedClusters(state_directory)
