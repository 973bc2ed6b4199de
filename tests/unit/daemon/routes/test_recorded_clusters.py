"""What `setup kube` has recorded, and how often it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration import known_clusters
from keyturn.errors import ConfigError
from keyturnd.routes.recorded_clusters import RecordedClusters
from support.scenes.cluster import record

if TYPE_CHECKING:
    from pathlib import Path

ONE, OTHER = "https://one.example", "https://other.example"


def test_a_change_is_seen_at_once_and_nothing_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, load = [], known_clusters.load

    def counted(directory: Path) -> dict[str, known_clusters.KnownCluster]:
        reads.append(directory)
        return load(directory)

    monkeypatch.setattr(known_clusters, "load", counted)
    recorded = RecordedClusters(tmp_path)
    assert recorded.now() == {}
    for server in (ONE, OTHER):
        record(tmp_path, server, "ci")
        assert server in recorded.now()
        assert server in recorded.now()
    assert len(reads) == 3
    (tmp_path / known_clusters.NAME).unlink()
    assert recorded.now() == {}


def test_what_cannot_be_trusted_is_refused_each_time_and_cured_at_once(tmp_path: Path) -> None:
    recorded, file = RecordedClusters(tmp_path), tmp_path / known_clusters.NAME
    record(tmp_path, ONE, "ci")
    assert ONE in recorded.now()
    file.chmod(0o666)
    for _ in range(2):
        with pytest.raises(ConfigError):
            recorded.now()
    file.chmod(0o600)
    assert ONE in recorded.now()
    content = file.read_bytes()
    file.write_bytes(b"[")
    with pytest.raises(known_clusters.DamagedRecord):
        recorded.now()
    file.write_bytes(content)
    assert ONE in recorded.now()
