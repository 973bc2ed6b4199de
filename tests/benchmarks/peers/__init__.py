"""Other programs to be measured beside keyturn's, a module each, by the family they are beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers import credential_cache, credential_store, docker_pass

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from benchmarks.stage import Stage
    from benchmarks.timing import Command

    Peer = Callable[[Stage], AbstractContextManager[Command]]

PEERS: dict[str, dict[str, Peer]] = {
    "git": {credential_cache.NAME: credential_cache.ready, credential_store.NAME: credential_store.ready},
    "docker": {docker_pass.NAME: docker_pass.ready},
    "kube": {},
}
"""Each gives a command that answers with what it keeps, while its context lasts. Raises Absent."""
UNMEASURED = dict.fromkeys(
    ("docker-credential-secretservice", "git-credential-oauth", "oidc-agent"),
    "nobody has written how to set it up",
)
"""Peers without a module."""
