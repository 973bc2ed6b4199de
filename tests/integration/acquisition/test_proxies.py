"""keyturnd.acquire.network.transport over real TLS: through which proxy, and who is to blame."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from keyturn import moves
from keyturnd.acquire.network.transport import Way
from support.acquisition.exchanges import OK, Tunnel, certificates, failure, post, provider, transport
from support.acquisition.scripted_provider import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


VARIABLE = "export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, then: keyturn daemon restart"


@pytest.mark.parametrize(
    ("status", "configured", "hint"),
    [
        (b"407 Auth", False, VARIABLE),
        (b"407 Auth", True, f"remove `proxy` from [network] and {VARIABLE}"),
        (b"503 planted", False, "check the network, and the proxy: the HTTPS_PROXY that the daemon was started with"),
        (b"503 planted", True, "check the network, and the proxy: `proxy` of [network]"),
    ],
)
def test_a_proxy_that_refuses_is_named_without_its_password(
    provider: Callable[..., ScriptedProvider], status: bytes, hint: str, *, configured: bool
) -> None:
    serving = provider(OK)
    tunnel = Tunnel(serving.port, status)
    used = transport(serving, proxy=f"http://alice:planted@{tunnel.url}", proxy_configured=configured)
    told = failure(lambda: used.exchange(post("https://login.example/t")))
    assert told.kind == "provider-unreachable"
    assert f"the proxy http://{tunnel.url} refused the connection with status {status[:3].decode()}" in told.sentence
    assert told.hint is not None
    assert told.hint.startswith(hint)
    assert "planted" not in repr(told)


def test_a_proxy_that_is_not_there_is_the_one_to_blame(provider: Callable[..., ScriptedProvider]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    told = failure(lambda: transport(provider(OK), proxy=url).exchange(post("https://login.example/t")))
    assert told.sentence == f"cannot connect to the proxy {url}: connection refused"
    assert told.hint is not None
    assert "the HTTPS_PROXY that the daemon was started with" in told.hint


@pytest.fixture
def listener() -> Iterator[Callable[[bytes], int]]:
    """Starts what answers each connection with these bytes and hangs up; its port."""
    with contextlib.ExitStack() as stack:

        def start(answer: bytes) -> int:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            stack.callback(listening.shutdown, socket.SHUT_RDWR)  # close() alone would not wake accept()
            threading.Thread(target=_answer, args=(listening, answer), daemon=True).start()
            return int(listening.getsockname()[1])

        yield start


def _answer(listening: socket.socket, answer: bytes) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)


def test_tls_that_fails_behind_the_proxy_is_the_servers(
    provider: Callable[..., ScriptedProvider], listener: Callable[[bytes], int]
) -> None:
    tunnel = Tunnel(listener(b"HTTP/1.1 400 no TLS here\r\n\r\n"), times=2)
    used = transport(provider(OK), proxy=f"http://{tunnel.url}")
    told = failure(lambda: used.exchange(post("https://login.example/t")))
    assert told.sentence == "cannot connect to login.example: TLS failed (wrong version number)"
    assert told.hint == moves.waiting.network()


def test_a_proxy_that_hangs_up_is_the_one_to_blame(
    provider: Callable[..., ScriptedProvider], listener: Callable[[bytes], int]
) -> None:
    url = f"http://127.0.0.1:{listener(b'')}"
    told = failure(lambda: transport(provider(OK), proxy=url).exchange(post("https://login.example/t")))
    assert told.sentence == f"the proxy {url} closed the connection or sent no valid answer"
    assert told.hint == moves.secrets.reachable_proxy(configured=False)


def test_a_server_that_answers_nonsense_behind_the_proxy_has_been_asked(
    provider: Callable[..., ScriptedProvider],
) -> None:
    serving = provider(Reply(b"no HTTP\r\n\r\n"))
    used = transport(serving, proxy=f"http://{Tunnel(serving.port).url}")
    told = failure(lambda: used.exchange(post("https://login.example/t")))
    assert told.sentence == "login.example closed the connection or sent no valid answer"
    assert len(serving.seen) == 1, "once more would be a refresh token used twice"


def test_nor_is_the_proxy_to_blame_on_a_way_that_is_there() -> None:
    """As for the second request of an acquisition: nothing is connected for it."""
    way = Way()
    seen = [way.is_open]
    connecting = ("connection.connect_tcp.started", "connection.start_tls.started")  # the second: to a proxy by TLS
    for event in (*connecting, "proxy.start_tls.started"):
        way.note(event, {})
        seen.append(way.is_open)
    assert seen == [True, False, False, True]


def test_the_environments_proxy_is_not_used(
    provider: Callable[..., ScriptedProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSLKEYLOGFILE", "")
    serving = provider(OK)
    assert transport(serving).exchange(post(serving.base)).status == 200
