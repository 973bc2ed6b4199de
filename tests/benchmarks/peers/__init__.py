"""Other programs to be measured beside keyturn's, a module each, by the family they are beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers import credential_cache, credential_store, docker_pass, docker_secretservice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from benchmarks.stage import Stage
    from benchmarks.timing import Command

    Peer = Callable[[Stage], AbstractContextManager[Command]]

PEERS: dict[str, dict[str, Peer]] = {
    "git": {credential_cache.NAME: credential_cache.ready, credential_store.NAME: credential_store.ready},
    "docker": {docker_pass.NAME: docker_pass.ready, docker_secretservice.NAME: docker_secretservice.ready},
    "kube": {},
}
"""Each gives a command that answers with what it keeps, while its context lasts. Raises Absent."""
UNMEASURED = {
    "git-credential-oauth": "it keeps nothing: what answers at once is git credential-cache before it",
    "oidc-agent": "its account takes a person at its provider's page, once for each agent: nobody has scripted that",
    "az": "it is no helper of git, docker or kubectl: az acr login leaves its token in docker's file",
}
"""Peers without a module, and why."""
