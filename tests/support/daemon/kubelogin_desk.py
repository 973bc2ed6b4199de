"""The route of the kubelogin stand-in with all that it needs, asked without a socket."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from keyturn.configuration.config import parse
from keyturnd.callers.complaints import Complaints
from keyturnd.callers.handed import Handed
from keyturnd.callers.peer import Peer
from keyturnd.routes import kubelogin
from keyturnd.server.http import Request
from support.daemon.brokers import Bench, Person

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.services import Services

PYTHONS = json.dumps({"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "spec": {}})
"""Whose asking again is no sign of a refusal."""


class Desk:
    """One daemon's. person: who sits at the terminal of all that ask; by default nobody does."""

    def __init__(self, directory: Path, person: Person | None = None) -> None:
        self.bench = Bench(directory / "vault")
        self.config = parse(directory / "config.toml", b"")
        self.services = cast(
            "Services",
            SimpleNamespace(
                configuration=SimpleNamespace(current=lambda: self.config, known=self.config),
                broker=self.bench.broker,
                fetcher=self.bench.fetcher,
                holdings=self.bench.holdings,
                complaints=Complaints(self.bench.clock),
                handed=Handed(self.bench.clock),
                understood={},
                state_directory=directory,
            ),
        )
        self._person = person or Person(waits=False)

    def request(self, *flags: str, info: str = PYTHONS, **variables: str) -> Request:
        """What the helper sends."""
        headers = {f"keyturn-env-{name.lower()}": value for name, value in variables.items()}
        path, peer = "/v1/kubelogin/get-token", Peer(os.getpid(), os.geteuid())
        return Request("POST", path, flags, headers, info.encode(), peer)

    async def token(self, *flags: str, info: str = PYTHONS, **variables: str) -> str:
        """The token that is answered; a refusal is raised."""
        request = self.request(*flags, info=info, **variables)
        answer = await kubelogin.get_token(self.services, request, self._person, "")
        assert (answer.status, answer.exit_status) == (200, 0), "told before, so that nothing is said"
        document: dict[str, Any] = json.loads(answer.body)
        return str(document["status"]["token"])
