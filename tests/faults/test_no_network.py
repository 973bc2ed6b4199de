"""Without a way to the provider: one command tries once, however many questions its tool makes of it."""

from __future__ import annotations

import socket
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from support.scenes.cluster import ClusterScene, cluster_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cluster_scene"]


class Deaf:
    """A port where nobody speaks TLS: each connection is closed at once."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.authority = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            while True:
                self._listener.accept()[0].close()
                self.connections += 1
        except OSError:
            return  # closed

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def deaf() -> Iterator[Deaf]:
    made = Deaf()
    yield made
    made.close()


def test_a_kubectl_that_asks_five_times_is_one_attempt(cluster_scene: ClusterScene, deaf: Deaf) -> None:
    """With a cold discovery cache it does (kubernetes #78321); each question took two attempts of two connections."""
    machine, ready = cluster_scene.machine, cluster_scene.emulator.ready
    machine.configure(machine.config_file.read_text("utf-8").replace(ready.authority, deaf.authority))
    machine.run("keyturn", "secret", "set", "ci", "-", input="planted-secret\n", status=0)
    failed = cluster_scene.kubectl("get", "namespaces", status=1)
    assert failed.stderr.count("keyturn: error: cannot connect to ") == 1
    assert failed.stderr.count("keyturn: hint: ") == 1
    assert deaf.connections == 2
