"""What stands on this machine or its link is never reached through a proxy, whatever the proxy is for."""

from __future__ import annotations

import httpx
import pytest

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.proxies import Proxy
from keyturnd.acquire.network.transport import Request, Transport
from keyturnd.messages.identities import Network


@pytest.mark.parametrize("local", [True, False])
def test_the_metadata_service_gets_no_request_by_a_proxy(local: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter
    transport = Transport(Network(proxy="http://proxy.example:8080"), Deadline(5.0), lambda _: None)
    routes: list[Proxy | None] = []

    def unreachable(proxy: Proxy | None) -> httpx.Client:
        routes.append(proxy)
        raise httpx.ConnectError("nobody")

    monkeypatch.setattr(transport._clients, "through", unreachable)
    with pytest.raises(Failed):
        transport.exchange(Request("GET", "http://169.254.169.254/metadata", {}, local=local))
    assert set(routes) == {None if local else Proxy("http://proxy.example:8080")}
