"""httpx's clients, one for each way to a server, with what httpx would take from elsewhere switched off."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import ssl

    from keyturnd.acquire.network.proxies import Proxy

PHASES = httpx.Timeout(10.0)
"""Seconds of silence in one phase (connect, read, write), so that a dead peer is named as such."""
NOBODYS = DefaultCookiePolicy(allowed_domains=())
"""What a request is signed with says who asks, and no cookie of an earlier answer beside it."""


class Clients:
    """Made when they are first wanted. trusted: whom they believe."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self._trust = trusted
        self._made: dict[Proxy | None, httpx.Client] = {}

    def through(self, proxy: Proxy | None) -> httpx.Client:
        """The one that goes through `proxy`, or straight."""
        if proxy not in self._made:
            self._made[proxy] = httpx.Client(
                verify=self._trust,
                trust_env=False,
                follow_redirects=False,
                timeout=PHASES,
                cookies=CookieJar(NOBODYS),
                proxy=None if proxy is None else self._route(proxy),
            )
        return self._made[proxy]

    def _route(self, proxy: Proxy) -> httpx.Proxy:
        # httpx refuses a context where no TLS is spoken with the proxy itself.
        context = self._trust if proxy.url.startswith("https:") else None
        return httpx.Proxy(proxy.url, auth=proxy.credentials, ssl_context=context)
