"""Exchanges that brought no usable answer: what happened, in a sentence, and whether to try again."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from keyturn.errors import ProviderUnreachable
from keyturn.hints import after, restart_daemon
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturnd.acquire.network.proxies import Proxy


UNKNOWN_ISSUER = 'is it a proxy or a CA of your own? set ca_file = "/path/to/ca.pem" in [network] or the profile'
_OTHER_NAME = "check the name in the configuration: a server of another name answers there"
TRUST_HINTS = {
    9: "it is not valid yet: check this machine's clock (date)",
    10: "it has expired: check this machine's clock (date), or tell the server's administrator",
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By X509_V_ERR_* of OpenSSL's x509_vfy.h: no `ca_file` makes a certificate live longer, or bear another name."""
PROXY_CREDENTIALS = after(
    "remove `proxy` from [network] and export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    restart_daemon(),
)
"""A password is kept in no configuration, and a daemon that runs sees no variable that is exported later."""


class Loss(Exception):
    """No usable answer.

    `sent`: the request may have arrived; `final`: a second try would end the same way; `status`: what the
    provider answered, if it did; `retry_after`: the seconds it asked for.
    """

    def __init__(
        self,
        sentence: str,
        hint: str | None = "try again later",
        *,
        sent: bool = False,
        final: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.sent = sent
        self.final = final
        self.status = status
        self.retry_after = retry_after

    def failed(self) -> Failed:
        """The failure this becomes when it is not tried again."""
        return Failed(ProviderUnreachable, self.sentence, self._spoken_hint(), retry_after=self.retry_after)

    def _spoken_hint(self) -> str | None:
        if self.retry_after is None:
            return self.hint
        return f"try again in {self.retry_after:.0f} seconds"


def loss_of(error: httpx.HTTPError, place: str, proxy: Proxy | None) -> Loss:
    """What `error` means to the user. The library's own text is not shown: it may quote what was sent."""
    causes = tuple(_causes(error))
    untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return _untrusted(untrusted, place)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refused(error, proxy)
    if isinstance(error, httpx.ConnectError):
        reached = place if proxy is None else f"the proxy {proxy.url}"
        return Loss(f"cannot connect to {reached}: {_reason(causes)}", "check the network, then try again")
    if isinstance(error, httpx.TimeoutException):
        return Loss(f"{place} gave no answer in time", "check the network, then try again", sent=True, final=True)
    if isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError):
        return Loss(f"{place} closed the connection or sent no valid answer", sent=True)
    return Loss(f"the exchange with {place} failed ({type(error).__name__})", sent=True, final=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(causes: tuple[BaseException, ...]) -> str:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "its name cannot be resolved"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({(cause.reason or 'unknown').replace('_', ' ').lower()})"
        if isinstance(cause, OSError):
            return (cause.strerror or type(cause).__name__).lower()
    return "no connection"


def _untrusted(error: ssl.SSLCertVerificationError, place: str) -> Loss:
    """Still a matter of the network, and transient: behind a captive portal it heals without a change here.

    As a configuration mistake it would end renewals that a change of network lets succeed.
    """
    hint = TRUST_HINTS.get(error.verify_code, UNKNOWN_ISSUER)
    return Loss(f"the certificate of {place} is not trusted: {error.verify_message}", hint, final=True)


def _proxy_refused(error: httpx.ProxyError, proxy: Proxy | None) -> Loss:
    number = str(error)[:3]
    said = f" with status {number}" if number.isdigit() else ""
    url = proxy.url if proxy else "the proxy"
    hint = PROXY_CREDENTIALS if number == "407" else "check `proxy` in [network]"
    return Loss(f"the proxy {url} refused the connection{said}", hint, final=True)
