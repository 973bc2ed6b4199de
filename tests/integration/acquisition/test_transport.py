"""keyturnd.acquire.network.transport over real TLS: what is retried, and what is refused."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.network.transport import RETRY_PAUSE, Request, Transport
from keyturnd.messages.identities import Network
from support.acquisition.exchanges import BUSY, OK, Tunnel, certificates, failure, post, provider, transport
from support.acquisition.scripted_provider import Reply, ScriptedProvider, Seen, reply

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["certificates", "provider"]


def test_an_answer_comes_whole(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(reply({"ok": True}, 400, client_request_id="id"))
    answer = transport(serving).exchange(post(serving.base))
    assert (answer.status, answer.body, answer.headers["client-request-id"]) == (400, b'{"ok": true}', "id")
    (seen,) = serving.seen
    assert (seen.body, seen.headers["x-test"], seen.headers["accept-encoding"]) == (b"a=b", "1", "identity")


def test_no_cookie_of_an_answer_goes_with_the_next_request(provider: Callable[..., ScriptedProvider]) -> None:
    """It would speak for somebody beside what the request is signed with; and one in another alphabet ended it."""
    named, odd = reply({}, Set_Cookie="sessionid=planted; Path=/"), reply({}, Set_Cookie="name=\u00ff")
    serving = provider(named, Reply(odd.raw.decode().encode("latin-1")), OK)
    asking = transport(serving)
    for _ in range(3):
        assert asking.exchange(post(serving.base)).status == 200
    assert [seen.headers.get("cookie") for seen in serving.seen] == [None] * 3


def test_a_busy_server_is_tried_once_more(provider: Callable[..., ScriptedProvider]) -> None:
    serving, pauses = provider(BUSY, OK), list[float]()
    assert transport(serving, pauses=pauses).exchange(post(serving.base)).status == 200
    assert len(serving.seen) == 2
    assert len(pauses) == 1
    assert RETRY_PAUSE <= pauses[0] <= 2 * RETRY_PAUSE


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "1"}])
@pytest.mark.parametrize("status", [500, 502, 504, 507])
def test_a_post_that_may_have_been_carried_out_is_not_repeated(
    provider: Callable[..., ScriptedProvider], status: int, headers: dict[str, str]
) -> None:
    """A gateway's 502 or 504 says that the answer was lost, not that the request was."""
    serving, pauses = provider(reply(b"", status, **headers), OK), list[float]()
    told = failure(lambda: transport(serving, pauses=pauses).exchange(post(serving.base)))
    assert told.sentence.endswith(f"answered with status {status}")
    assert (len(serving.seen), pauses) == (1, [])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_get_is_repeated_after_any_server_error(provider: Callable[..., ScriptedProvider], status: int) -> None:
    serving = provider(OK)
    serving.discovery = iter([reply(b"", status), OK]).__next__
    assert transport(serving).exchange(Request("GET", serving.base, {})).status == 200


def test_once_more_and_no_more(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(BUSY)
    told = failure(lambda: transport(serving).exchange(post(serving.base)))
    assert (told.kind, told.hint, told.retry_after) == ("provider-unreachable", "try again later", None)
    assert told.sentence == f"127.0.0.1:{serving.port} answered with status 503"
    assert len(serving.seen) == 2


@pytest.mark.parametrize(
    ("first", "requests", "retry_after"),
    [
        (reply(b"", 429), 1, None),
        (reply(b"", 408), 1, None),
        (reply(b"", 429, Retry_After="60"), 1, 60.0),
        (reply(b"", 503, Retry_After="60"), 1, 60.0),
        (reply(b"", 503, Retry_After="99999999"), 1, 3600.0),
        (reply(b"", 429, Retry_After="2"), 2, None),
        (reply(b"", 503, Retry_After="soon"), 2, None),
    ],
)
def test_retry_after_is_kept_to_or_handed_on(
    provider: Callable[..., ScriptedProvider], first: Reply, requests: int, retry_after: float | None
) -> None:
    serving, pauses = provider(first, OK), list[float]()
    used = transport(serving, 9000, pauses)
    if requests == 2:
        assert used.exchange(post(serving.base)).status == 200
        assert len(pauses) == 1
    else:
        told = failure(lambda: used.exchange(post(serving.base)))
        assert (told.kind, told.retry_after) == ("provider-unreachable", retry_after)
    assert len(serving.seen) == requests


def test_nobody_pauses_past_the_deadline(provider: Callable[..., ScriptedProvider]) -> None:
    serving, pauses = provider(reply(b"", 503, Retry_After="3"), OK), list[float]()
    assert failure(lambda: transport(serving, 2.5, pauses).exchange(post(serving.base))).retry_after == 3
    assert pauses == []


def test_a_lost_answer_to_a_post_is_not_asked_for_again(provider: Callable[..., ScriptedProvider]) -> None:
    """The refresh token in it may be used up: a second use can end the login (agents.md section 3)."""
    serving = provider(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"))
    told = failure(lambda: transport(serving).exchange(post(serving.base)))
    assert told.kind == "provider-unreachable"
    assert "closed the connection" in told.sentence
    assert len(serving.seen) == 1


def test_a_lost_answer_to_a_get_is(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(OK)
    serving.discovery = iter([Reply(b""), OK]).__next__
    assert transport(serving).exchange(Request("GET", serving.base, {})).status == 200
    assert len(serving.seen) == 2


def test_a_refused_connection_is_tried_once_more(provider: Callable[..., ScriptedProvider]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pauses: list[float] = []
    told = failure(lambda: transport(provider(OK), pauses=pauses).exchange(post(f"https://127.0.0.1:{port}")))
    assert told.sentence == f"cannot connect to 127.0.0.1:{port}: connection refused"
    assert len(pauses) == 1


def test_a_redirect_is_never_followed(provider: Callable[..., ScriptedProvider]) -> None:
    elsewhere = provider(OK)
    serving = provider(reply(b"", 307, Location=f"https://u:hidden@127.0.0.1:{elsewhere.port}/x"))
    told = failure(lambda: transport(serving).exchange(post(serving.base)))
    assert told.kind == "provider-refused"
    assert "redirect to 127.0.0.1," in told.sentence
    assert "hidden" not in told.sentence
    assert elsewhere.seen == []


@pytest.mark.parametrize("location", ["", "/login", "https://%1b/"])
def test_a_redirect_to_nowhere_is_one_too(provider: Callable[..., ScriptedProvider], location: str) -> None:
    serving = provider(reply(b"", 302, Location=location))
    assert failure(lambda: transport(serving).exchange(post(serving.base))).kind == "provider-refused"


@pytest.mark.parametrize("host", ["a b", "a" * 70 + ".example", "a..example", ".", "xn--", "\u2603" * 40, "%zz", "*"])
def test_a_name_that_is_none(provider: Callable[..., ScriptedProvider], host: str) -> None:
    told = failure(lambda: transport(provider(OK)).exchange(post(f"https://{host}/t")))
    assert told.kind in {"configuration", "provider-unreachable"}


def test_a_certificate_of_nobody_known(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(OK)
    told = failure(lambda: Transport(Network(), Deadline(30)).exchange(post(serving.base)))
    assert told.kind == "provider-unreachable"
    assert "is not trusted" in told.sentence
    assert told.hint is not None
    assert "ca_file" in told.hint
    assert serving.seen == []


def test_a_certificate_of_another_host(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(OK)
    used = transport(serving, proxy=Tunnel(serving.port).url)
    told = failure(lambda: used.exchange(post("https://another.example/t")))
    assert "the certificate of another.example is not trusted" in told.sentence
    assert told.hint is not None
    assert "ca_file" not in told.hint
    assert serving.seen == []


def test_no_tls_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def serve() -> None:
            for _ in range(2):
                connection, _ = plain.accept()
                with contextlib.suppress(OSError), connection:
                    connection.recv(1)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        request = post(f"https://127.0.0.1:{plain.getsockname()[1]}")
        told = failure(lambda: Transport(Network(), Deadline(30), lambda _: None).exchange(request))
    assert told.kind == "provider-unreachable"
    assert "TLS failed" in told.sentence


def test_a_huge_answer_is_cut(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(reply(b" " * (1 << 20) + b"{}"))
    assert "more than 1 MiB" in failure(lambda: transport(serving).exchange(post(serving.base))).sentence


def test_a_dripping_head_is_cut(provider: Callable[..., ScriptedProvider]) -> None:
    """Each byte is in time for any timeout that looks from one to the next."""
    serving = provider(Reply(b"HTTP/1.1 200 OK\r\n" + b"X-Drip: 1\r\n" * 1000, drip=True))
    told = failure(lambda: transport(serving, 0.5).exchange(post(serving.base)))
    assert told.sentence == f"127.0.0.1:{serving.port} gave no complete answer in time"
    assert len(serving.seen) == 1


def test_a_transport_goes_on_after_an_exchange_that_hangs(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(Reply(b"", hold=True), OK)
    used = transport(serving)
    used.limit = 0.3
    assert failure(lambda: used.exchange(post(serving.base))).kind == "provider-unreachable"
    used.limit = 20.0
    assert used.exchange(post(serving.base)).status == 200


def test_a_request_is_seen_as_sent(provider: Callable[..., ScriptedProvider]) -> None:
    serving = provider(OK)
    transport(serving).exchange(post(f"{serving.base}/t/token?x=1"))
    assert isinstance(serving.seen[0], Seen)
    assert serving.seen[0].target == "/t/token?x=1"
