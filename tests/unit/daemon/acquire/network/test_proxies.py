"""keyturnd.acquire.network.proxies: which hosts go through the proxy, and what is said about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.proxies import Proxy, is_direct, parse, proxy_for
from keyturnd.messages.identities import Network


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "direct"),
    [
        ("", "login.example", 443, False),
        ("*", "login.example", 443, True),
        ("login.example", "login.example", 443, True),
        ("LOGIN.Example", "login.example.", 443, True),
        ("example", "login.example", 443, True),
        (".example", "login.example", 443, True),
        ("*.example", "login.example", 443, True),
        ("gin.example", "login.example", 443, False),
        ("a.login.example", "login.example", 443, False),
        ("other, login.example", "login.example", 443, True),
        ("other login.example", "login.example", 443, True),
        ("login.example:443", "login.example", 443, True),
        ("login.example:8443", "login.example", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("2.3", "10.1.2.3", 443, False),
        ("10.0.0.0/8", "ten.example", 443, False),
        ("nonsense/x", "10.1.2.3", 443, False),
        ("fd00::/8", "fd00::1", 443, True),
        ("fd00::1", "fd00::1", 443, True),
        ("[fd00::1]:443", "fd00::1", 443, True),
        ("[fd00::1]:80", "fd00::1", 443, False),
        (".", "login.example", 443, False),
        ("", "localhost", 443, True),
        ("", "127.0.0.1", 443, True),
        ("", "::1", 443, True),
    ],
)
def test_who_is_reached_directly(no_proxy: str, host: str, port: int, *, direct: bool) -> None:
    assert is_direct(no_proxy, host, port) is direct


@given(st.text(max_size=40), st.sampled_from(["login.example", "10.0.0.1", "fd00::1"]))
def test_any_no_proxy_is_understood_or_ignored(no_proxy: str, host: str) -> None:
    assert is_direct(no_proxy, host, 443) in {True, False}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://proxy.example:3128", Proxy("http://proxy.example:3128")),
        ("proxy.example:3128", Proxy("http://proxy.example:3128")),
        ("https://proxy.example/", Proxy("https://proxy.example")),
        ("http://al%40ice:s%3Acret@proxy.example", Proxy("http://proxy.example", ("al@ice", "s:cret"))),
        ("http://alice@proxy.example", Proxy("http://proxy.example", ("alice", ""))),
        ("http://[::1]:3128", Proxy("http://[::1]:3128")),
    ],
)
def test_the_parts_of_a_proxy_url(url: str, proxy: Proxy) -> None:
    assert parse(url) == proxy


@pytest.mark.parametrize(
    "url", ["socks5://u:hidden@h:1", "http://u:hidden@", "http://u:hidden@h:port", "http://[u:hidden"]
)
def test_a_proxy_that_cannot_be_used_is_a_mistake_that_shows_no_password(url: str) -> None:
    with pytest.raises(Failed) as caught:
        parse(url)
    assert caught.value.failure.kind == "configuration"
    assert "hidden" not in repr(caught.value.failure)
    assert "hidden" not in repr(caught.value)


def test_a_proxys_password_is_in_no_repr() -> None:
    assert "hidden" not in repr(parse("http://alice:hidden@proxy.example"))


def test_without_a_proxy_everything_is_direct() -> None:
    assert proxy_for(Network(), "login.example", 443) is None
    network = Network(proxy="http://proxy.example", no_proxy="other.example")
    assert proxy_for(network, "login.example", 443) == Proxy("http://proxy.example")
    assert proxy_for(network, "other.example", 443) is None
