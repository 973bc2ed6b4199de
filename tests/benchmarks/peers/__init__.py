"""Other programs to be measured beside keyturn's, a module each, by what they are beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers import (
    azure_cli,
    credential_cache,
    credential_oauth,
    credential_store,
    docker_pass,
    docker_secretservice,
    oidc_agent,
)
from benchmarks.peers.absence import Absent

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager, ExitStack

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

    Peer = Callable[[Stage], AbstractContextManager[Contestant]]

PEERS: dict[str, dict[str, Peer]] = {
    "git": {
        credential_cache.NAME: credential_cache.ready,
        credential_store.NAME: credential_store.ready,
        credential_oauth.NAME: credential_oauth.ready,
    },
    "docker": {docker_pass.NAME: docker_pass.ready, docker_secretservice.NAME: docker_secretservice.ready},
    "kube": {},  # kubelogin has a case of its own
    "token": {oidc_agent.NAME: oidc_agent.ready},
    "az": {azure_cli.NAME: azure_cli.ready},
}
"""Each answers with a token while its context lasts, and says how long that took. Raises Absent."""


def found(stage: Stage, family: str, stack: ExitStack, absent: dict[str, str]) -> dict[str, Contestant]:
    """Those beside `family` that are on this machine, until `stack` is left; the others are added to `absent`."""
    there = {}
    for name, ready in PEERS[family].items():
        try:
            there[name] = stack.enter_context(ready(stage))
        except Absent as reason:
            absent[name] = str(reason)
    return there
