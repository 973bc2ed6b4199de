"""Exchanges that brought no usable answer: what happened, in a sentence, and whether to try again."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from keyturn import moves
from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.failed import Failed
from keyturnd.messages.outcomes import NOT_CONNECTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.kinds_of_hints import Hint, Sentence
    from keyturnd.acquire.network.proxies import Proxy


TRUST_HINTS = {
    9: moves.servers.clock,
    10: moves.servers.expired,
    62: moves.servers.other_name,
    64: moves.servers.other_name,
}
"""By X509_V_ERR_* of OpenSSL's x509_vfy.h: no `ca_file` makes a certificate live longer, or bear another name."""


_LATER = moves.waiting.later()


class Loss(Exception):
    """No usable answer.

    `sent`: the request may have arrived; `final`: a second try would end the same way; `status`: what the
    provider answered, if it did; `retry_after`: the seconds it asked for; `code`: see Failure.
    """

    def __init__(
        self,
        sentence: str,
        hint: Hint = _LATER,
        *,
        sent: bool = False,
        final: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
        code: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.sent = sent
        self.final = final
        self.status = status
        self.retry_after = retry_after
        self.code = code

    def failed(self) -> Failed:
        """The failure this becomes when it is not tried again."""
        code = self.code if self.status is None else f"status-{self.status}"
        return Failed(
            ProviderUnreachable, self.sentence, self._spoken_hint(), retry_after=self.retry_after, code=code
        )

    def _spoken_hint(self) -> Hint:
        if self.retry_after is None:
            return self.hint
        return moves.waiting.in_seconds(self.retry_after)


def loss_of(error: httpx.HTTPError, place: str, proxy: Proxy | None) -> Loss:
    """What `error` means to the user. The library's own text is not shown: it may quote what was sent.

    proxy: the one that did not lead to `place`, None where none was needed or the way through it was open.
    """
    causes = tuple(_causes(error))
    reached = place if proxy is None else f"the proxy {proxy.url}"
    untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return _untrusted(untrusted, reached)
    if proxy is not None and isinstance(error, httpx.ProxyError):
        return _proxy_refused(error, proxy)
    hint = moves.waiting.network() if proxy is None else _check(proxy)
    if isinstance(error, httpx.ConnectError):
        return Loss(f"cannot connect to {reached}: {_reason(causes)}", hint, code=NOT_CONNECTED)
    if isinstance(error, httpx.TimeoutException):
        return Loss(f"{reached} gave no answer in time", hint, sent=proxy is None, final=True)
    if isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError):
        later = _LATER if proxy is None else hint
        return Loss(f"{reached} closed the connection or sent no valid answer", later, sent=proxy is None)
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
    hint = TRUST_HINTS.get(error.verify_code, moves.configuration.own_ca)()
    return Loss(f"the certificate of {place} is not trusted: {error.verify_message}", hint, final=True)


def _proxy_refused(error: httpx.ProxyError, proxy: Proxy) -> Loss:
    number = str(error)[:3]
    said = f" with status {number}" if number.isdigit() else ""
    hint = moves.secrets.proxy_credentials(configured=proxy.configured) if number == "407" else _check(proxy)
    return Loss(f"the proxy {proxy.url} refused the connection{said}", hint, final=True)


def _check(proxy: Proxy) -> Sentence:
    return moves.secrets.reachable_proxy(configured=proxy.configured)
