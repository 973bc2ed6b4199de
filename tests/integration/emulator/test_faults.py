"""Each fault as a client meets it, over a real connection."""

from __future__ import annotations

import concurrent.futures
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from keyturn_emulator.control import ControlError
from support.emulator.client import EntraClient, trusting

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from keyturn_emulator.launch import Emulator


@pytest.fixture
def pool() -> Iterator[concurrent.futures.ThreadPoolExecutor]:
    with concurrent.futures.ThreadPoolExecutor() as made:
        yield made


def connect(emulator: Emulator) -> ssl.SSLSocket:
    """A connection that has sent a whole request for tokens (a malformed one: a fault comes before that)."""
    url = urlsplit(emulator.ready.authority)
    raw = socket.create_connection((url.hostname, url.port), timeout=30)
    connection = trusting(emulator.ready.ca_file).wrap_socket(raw, server_hostname=url.hostname)
    connection.sendall(
        f"POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    return connection


def test_a_status_with_its_headers(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("token", "status", status=429, headers={"Retry-After": "7"}, body="{}", times=2)
    for _ in range(2):
        answer = entra.token(entra.credentials_form())
        assert (answer.status_code, answer.headers["retry-after"], answer.text) == (429, "7", "{}")
    assert entra.token(entra.credentials_form()).status_code == 200
    assert emulator.control.count("token") == 3
    assert emulator.control.count("token.issued") == 1


def test_a_status_by_default_is_a_transient_one(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("token", "status", after=1)
    assert entra.token(entra.credentials_form()).status_code == 200
    answer = entra.token(entra.credentials_form())
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_not_json(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("discovery", "malformed")
    emulator.control.fault(
        "token", "malformed", body='{"access_token":', headers={"Content-Type": "application/json"}
    )
    page = entra.http.get(f"{entra.tenant_url}/v2.0/.well-known/openid-configuration")
    assert page.headers["content-type"].startswith("text/html")
    broken = entra.token(entra.credentials_form())
    assert (broken.status_code, broken.text) == (200, '{"access_token":')


def test_redirects_are_not_followed_here(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("token", "redirect", location="https://evil.example/token")
    answer = entra.token(entra.credentials_form())
    assert (answer.status_code, answer.headers["location"]) == (307, "https://evil.example/token")


def test_the_line_is_dropped(emulator: Emulator) -> None:
    emulator.control.fault("token", "close")
    with connect(emulator) as connection:
        try:
            received = connection.recv(1)
        except OSError:
            received = b""
    assert received == b""


def test_a_hang_lasts_until_the_client_leaves(emulator: Emulator) -> None:
    emulator.control.fault("token", "hang")
    with connect(emulator):
        emulator.control.wait("fault.hang")
        assert emulator.control.count("fault.hang.left") == 0
    assert emulator.control.wait("fault.hang.left") == 1


def test_a_drip_never_ends(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("token", "drip")
    with entra.http.stream("POST", entra.token_url, data=entra.credentials_form()) as answer:
        bytes_seen = answer.iter_raw(1)
        assert [next(bytes_seen) for _ in range(3)] == [b" "] * 3
    entra.http.close()
    assert emulator.control.wait("fault.drip.left") == 1


def test_held_until_released(
    emulator: Emulator, entra: EntraClient, pool: concurrent.futures.ThreadPoolExecutor
) -> None:
    emulator.control.fault("token", "hold")
    held = pool.submit(entra.token, entra.credentials_form())
    emulator.control.wait("fault.hold")
    # The one behind it is not held: the order was for one.
    assert entra.token(entra.credentials_form()).status_code == 200
    assert not held.done()
    emulator.control.release()
    assert held.result().status_code == 200


def test_more_than_anybody_can_want(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("token", "huge", size=1 << 20)
    body = entra.token(entra.credentials_form())
    assert len(body.content) == (1 << 20) + 2
    assert body.json() == {}
    emulator.control.fault("token", "huge")
    with entra.http.stream("POST", entra.token_url, data=entra.credentials_form()) as answer:
        next(answer.iter_raw())
    entra.http.close()
    assert emulator.control.wait("fault.huge.left") == 1


def test_git_faults_by_step(emulator: Emulator, entra: EntraClient) -> None:
    emulator.control.fault("git.receive-pack", "status", status=401)
    headers = {"Authorization": f"Bearer {entra.service_token()}"}
    url = emulator.ready.repository
    refs = entra.http.get(f"{url}/info/refs?service=git-receive-pack", headers=headers)
    assert refs.status_code == 200
    assert entra.http.post(f"{url}/git-receive-pack", headers=headers).status_code == 401
    # The fault is used up; this is the backend's own answer to a missing content type.
    assert entra.http.post(f"{url}/git-receive-pack", headers=headers).status_code == 415


@pytest.mark.parametrize(
    "order", [{"kind": "sulk"}, {"kind": "hang", "times": -1}, {"kind": "hang", "time": 1}, {"kind": "redirect"}]
)
def test_orders_that_make_no_sense_are_refused(emulator: Emulator, order: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        emulator.control.fault("token", **order)
    assert emulator.control.faults() == []
