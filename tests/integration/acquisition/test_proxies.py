"""keyturnd.acquire.network.transport over real TLS: through which proxy, and who is to blame."""

from __future__ import annotations

import base64
import socket
from typing import TYPE_CHECKING

import pytest

from support.acquisition.exchanges import OK, Tunnel, certificates, failure, post, provider, transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.acquisition.scripted_provider import ScriptedProvider


__all__ = ["certificates", "provider"]


@pytest.mark.parametrize("proxy", ["http://a b:1", "http://" + "a" * 70 + ":1", "http://a..b:1", "http://%zz"])
def test_a_proxy_whose_name_is_none(provider: Callable[..., ScriptedProvider], proxy: str) -> None:
    told = failure(lambda: transport(provider(OK), proxy=proxy).exchange(post("https://login.example/t")))
    assert told.kind in {"configuration", "provider-unreachable"}


def test_a_proxy_resolves_the_name_and_learns_its_own_credentials_only(
    provider: Callable[..., ScriptedProvider],
) -> None:
    serving = provider(OK)
    tunnel = Tunnel(serving.port)
    used = transport(serving, proxy=f"http://alice:planted@{tunnel.url}")
    assert used.exchange(post("https://login.example/t")).status == 200
    basic = base64.b64encode(b"alice:planted")
    assert tunnel.heads[0].startswith(b"CONNECT login.example:443 ")
    assert b"Proxy-Authorization: Basic " + basic in tunnel.heads[0]
    assert "proxy-authorization" not in serving.seen[0].headers


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (b"407 Auth", "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, then: keyturn daemon restart"),
        (b"503 planted", "`proxy`"),
    ],
)
def test_a_proxy_that_refuses_is_named_without_its_password(
    provider: Callable[..., ScriptedProvider], status: bytes, hint: str
) -> None:
    serving = provider(OK)
    tunnel = Tunnel(serving.port, status)
    used = transport(serving, proxy=f"http://alice:planted@{tunnel.url}")
    told = failure(lambda: used.exchange(post("https://login.example/t")))
    assert told.kind == "provider-unreachable"
    assert f"the proxy http://{tunnel.url} refused the connection with status {status[:3].decode()}" in told.sentence
    assert told.hint is not None
    assert hint in told.hint
    assert "planted" not in repr(told)


def test_a_proxy_that_is_not_there_is_the_one_to_blame(provider: Callable[..., ScriptedProvider]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    told = failure(lambda: transport(provider(OK), proxy=url).exchange(post("https://login.example/t")))
    assert told.sentence == f"cannot connect to the proxy {url}: connection refused"
    assert told.hint is not None
    assert "the HTTPS_PROXY that the daemon was started with" in told.hint


def test_the_environments_proxy_is_not_used(
    provider: Callable[..., ScriptedProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSLKEYLOGFILE", "")
    serving = provider(OK)
    assert transport(serving).exchange(post(serving.base)).status == 200
