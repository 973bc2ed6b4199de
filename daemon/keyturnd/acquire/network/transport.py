"""One HTTPS exchange with a provider: bounded in time and size, never redirected, and typed when it fails.

What httpx leaves open is closed here (reference/entra.md section 2): it has no limit on a whole exchange, so a
provider that sends one byte a second would hold it for ever, and neither connecting nor resolving a name ends
at its timeouts for sure. Each exchange therefore runs in a thread of its own, and is left behind when its time
is up; the process ends soon after anyway.
"""

from __future__ import annotations

import random
import time
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from keyturn import moves
from keyturn.errors import ConfigError, ProviderRefused, ProviderUnreachable
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network import trust
from keyturnd.acquire.network.clients import Clients
from keyturnd.acquire.network.http_dates import moment
from keyturnd.acquire.network.losses import Loss, loss_of
from keyturnd.acquire.network.proxies import proxy_for
from keyturnd.acquire.network.retry_after import seconds

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from keyturnd.acquire.deadline import Deadline
    from keyturnd.messages.identities import Network

EXCHANGE_LIMIT = 20.0
"""Seconds for one exchange. A helper waits 30 s in all for discovery and the token together."""
BODY_LIMIT = 1 << 20
"""Bytes of an answer. Entra's largest are some 20 KiB; more is no token endpoint."""
RETRY_PAUSE = 0.5
"""Seconds before the one retry, stretched by up to as much again: many machines may have lost the same server."""
LONGEST_PAUSE = 3.0
"""Seconds. When the provider asks for more, the daemon shall hold back, not a waiting helper."""


class Request(NamedTuple):
    """What is sent. `url` is https, but for what is on this machine or its link: `local`, where no proxy leads."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    local: bool = False


class Answer(NamedTuple):
    """What came back whole. `sent_at`: wall clock just before the request was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_at: float

    @property
    def ahead(self) -> float | None:
        """Seconds that this machine's clock is ahead of the server's, None where it tells none (RFC 9110 6.6.1)."""
        there = moment(self.headers.get("date", ""))
        return None if there is None else self.sent_at - there


class Way:
    """Whether the proxy, if there is one, lets us through: what fails then is not its failure. A way may be there."""

    def __init__(self) -> None:
        self.is_open = True

    def note(self, event: str, _: object) -> None:
        """Told what httpcore does (its "trace" extension): TLS with the server begins once the proxy has agreed."""
        if event in {"connection.connect_tcp.started", "proxy.start_tls.started"}:
            self.is_open = event.startswith("proxy.")


class Transport:
    """HTTPS to the hosts of one acquisition."""

    def __init__(
        self,
        network: Network,
        deadline: Deadline,
        pause: Callable[[float], None] = time.sleep,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`trusted`: whom to trust in place of what `network` says."""
        self._network = network
        self._deadline = deadline
        self._pause = pause
        self._clients = Clients(trusted or trust.context(network))
        self.limit = EXCHANGE_LIMIT
        self.report: Callable[[Request, Answer | None, float], None] | None = None
        """Told each exchange, its answer if there was one, and the seconds it took."""

    def exchange(self, request: Request) -> Answer:
        """The answer to `request`, whatever its status below 500 except 3xx, 408 and 429.

        Tries once more after a connection that never came about, a 503, a 408 or 429 that says when, and a GET
        after a lost answer or any 5xx, too. Nothing else is repeated that may have been carried out (a gateway's
        502 or 504 is a lost answer): a refresh token used twice may cost the whole login.
        Raises Failed: provider-unreachable for what may be different later, provider-refused for a redirect.
        """
        try:
            return self._once(request)
        except Loss as loss:
            pause = _pause_before_retry(loss, request.method)
            if pause is None or pause >= self._deadline.left():
                raise loss.failed() from None
        self._pause(pause)
        try:
            return self._once(request)
        except Loss as loss:
            raise loss.failed() from None

    def _once(self, request: Request) -> Answer:
        answer = self._reported(request)
        place = urlsplit(request.url).netloc
        if answer.status in {408, 429} or answer.status >= 500:
            asked = seconds(answer.headers.get("retry-after"), time.time())
            raise Loss(f"{place} answered with status {answer.status}", retry_after=asked, status=answer.status)
        if 300 <= answer.status < 400:
            raise Redirected(place, answer.headers.get("location", ""))
        return answer

    def _reported(self, request: Request) -> Answer:
        began, answer = time.monotonic(), None
        try:
            answer = self._within_limit(request)
        finally:
            if self.report is not None:
                self.report(request, answer, time.monotonic() - began)
        return answer

    def _within_limit(self, request: Request) -> Answer:
        limit = min(self.limit, self._deadline.left())
        outcome: SimpleQueue[Answer | BaseException] = SimpleQueue()
        Thread(target=self._deliver, args=(request, outcome), name="exchange", daemon=True).start()
        try:
            result = outcome.get(timeout=limit)
        except Empty:
            raise Loss(
                f"{urlsplit(request.url).netloc} gave no complete answer in time", sent=True, final=True
            ) from None
        if isinstance(result, Answer):
            return result
        raise result

    def _deliver(self, request: Request, outcome: SimpleQueue[Answer | BaseException]) -> None:
        try:
            outcome.put(self._send(request))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            outcome.put(error)

    def _send(self, request: Request) -> Answer:
        parts = urlsplit(request.url)
        proxy = None if request.local else proxy_for(self._network, parts.hostname or "", parts.port or 443)
        # Compressed, a small answer could become a huge one after the limit was checked.
        headers = {**request.headers, "Accept-Encoding": "identity"}
        sent_at, way = time.time(), Way()
        try:
            stream = self._clients.through(proxy).stream
            told: dict[str, Any] = {"headers": headers, "content": request.body, "extensions": {"trace": way.note}}
            with stream(request.method, request.url, **told) as response:
                return Answer(response.status_code, response.headers, _body(response, parts.netloc), sent_at)
        except httpx.HTTPError as error:
            raise loss_of(error, parts.netloc, None if way.is_open else proxy) from None
        except (httpx.InvalidURL, UnicodeError):  # a name no resolver would be asked for
            raise _no_address(parts.netloc) from None


def _body(response: httpx.Response, place: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Failed(ProviderUnreachable, f"{place} sent an answer of more than 1 MiB", moves.waiting.later())
    return bytes(body)


class Redirected(Failed):
    """A redirect is never followed: what we send is a secret, and belongs to the configured host alone.

    target: scheme, host, port and path of where it leads, empty where that is no absolute URL.
    """

    def __init__(self, place: str, location: str) -> None:
        try:
            parts = urlsplit(location)
            where = f"to {parts.hostname}" if parts.hostname else "elsewhere"
        except ValueError:
            parts, where = urlsplit(""), "elsewhere"
        self.target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else ""
        super().__init__(
            ProviderRefused,
            f"{place} wants to redirect {where}, which is never followed",
            moves.configuration.check(
                "authority", "environment", of="the profile", also=moves.configuration.LOGIN_PAGE
            ),
        )


def _no_address(place: str) -> Failed:
    return Failed(
        ConfigError,
        f"{place} is not an address",
        moves.configuration.check("authority", of="the profile", also="`proxy` of [network]"),
    )


def _pause_before_retry(loss: Loss, method: str) -> float | None:
    """Seconds until the one retry, or None when there shall be none."""
    if method != "GET" and _may_be_done(loss):
        return None
    if loss.retry_after is not None:
        return loss.retry_after if loss.retry_after <= LONGEST_PAUSE else None
    if loss.status in {408, 429} or loss.final:
        return None
    return RETRY_PAUSE * (1 + random.random())  # noqa: S311 - jitter, not a secret


def _may_be_done(loss: Loss) -> bool:
    """Whether the provider may have carried out the request. A 503 says that it did not (RFC 9110 section 15.6.4)."""
    return loss.sent if loss.status is None else loss.status >= 500 and loss.status != 503
