"""keyturnd.acquire.loopback.listener over real sockets: what it takes, refuses, and shows."""

from __future__ import annotations

import http.client
import random
import socket
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import pytest

from keyturnd.acquire.loopback import listener, pages, peer
from keyturnd.acquire.loopback.listener import Listener
from keyturnd.acquire.loopback.port import first_free
from keyturnd.acquire.loopback.redirect import Awaited

if TYPE_CHECKING:
    from collections.abc import Iterator

RIGHT = urlencode({"code": "planted-code", "state": "planted-state"})
WRONG = urlencode({"code": "planted-code", "state": "other"})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SHOWN = pages.signed_in("alice", "work")


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


class Scene:
    """A listener at some port, and browsers before it."""

    def __init__(self) -> None:
        self.port = first_free("work", "device-code", random.sample(range(10_000, 30_000), 50))
        self.woken: SimpleQueue[None] = SimpleQueue()
        awaited = Awaited(self.port.redirect_uri, "planted-state", lambda iss: iss is None)
        self.listener = Listener(self.port, awaited, lambda: self.woken.put(None))

    def ask(
        self, method: str, target: str, body: str | None = None, *, at: str = "127.0.0.1", **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection(at, self.port.number, timeout=20)
        named = {"Host": f"localhost:{self.port.number}", **(FORM if body is not None else {})}
        connection.request(method, target, body, {**named, **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, answer.headers, text)

    def say(self, request: bytes) -> bytes:
        """What comes back for raw bytes."""
        with socket.create_connection(("127.0.0.1", self.port.number), 20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def show_soon(self) -> None:
        """Let the sign-in end well as soon as there is an answer."""

        def wait() -> None:
            self.woken.get()
            self.listener.show(SHOWN)

        Thread(target=wait, daemon=True).start()


@pytest.fixture
def scene() -> Iterator[Scene]:
    found = Scene()
    with found.listener:
        yield found


@pytest.mark.parametrize("at", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("brought", [("GET", f"/?{RIGHT}"), ("POST", "/", RIGHT)], ids=["query", "form"])
def test_an_answer_does_not_stay_in_the_tab(scene: Scene, brought: tuple[str, ...], at: str) -> None:
    sent_on = scene.ask(*brought, at=at)
    where = sent_on.headers["Location"]
    assert (sent_on.status, where, sent_on.text) == (303, scene.listener.done, "")
    assert scene.listener.answer == {"code": "planted-code", "state": "planted-state"}
    scene.show_soon()
    page = scene.ask("GET", where, at=at)
    assert (page.status, page.text) == (200, SHOWN.document().decode())


@pytest.mark.parametrize("target", ["/?" + RIGHT, "/already", "/", "/favicon.ico", "/?" + WRONG])
def test_no_answer_may_be_kept_or_told_on(scene: Scene, target: str) -> None:
    answer = scene.ask("GET", target)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "python" not in answer.headers["Server"].lower()
    assert "planted" not in f"{answer.headers}{answer.text}"


def test_what_comes_after_the_answer_changes_nothing(scene: Scene) -> None:
    scene.ask("GET", f"/?{RIGHT}")
    other = RIGHT.replace("planted-code", "another-code")
    for again in (scene.ask("GET", f"/?{other}"), scene.ask("POST", "/", other)):
        assert (again.status, again.headers["Location"]) == (303, "/already")
    assert "This sign-in is done" in scene.ask("GET", "/already").text
    assert scene.listener.answer == {"code": "planted-code", "state": "planted-state"}
    assert scene.woken.qsize() == 1


@pytest.mark.parametrize(
    ("said", "status", "title"),
    [
        (("GET", f"/?{WRONG}", None, {}), 400, "This sign-in is over"),
        (("POST", "/", WRONG, {}), 400, "This sign-in is over"),
        (("GET", f"/?{RIGHT}&iss=https://login.evil", None, {}), 400, "This sign-in is over"),
        (("GET", f"/?{RIGHT}&code=2", None, {}), 400, "This sign-in is over"),
        (("GET", f"/?{RIGHT}", None, {"Host": "evil.example"}), 400, "That was not understood"),
        (("GET", f"/?{RIGHT}", None, {"Host": "127.0.0.1:8400"}), 400, "That was not understood"),
        (("GET", f"/?{RIGHT}", None, {"Host": "localhost"}), 400, "That was not understood"),
        (("POST", "/", RIGHT, {"Host": "evil.example"}), 400, "That was not understood"),
        (("POST", "/", RIGHT, {"Content-Type": "text/plain"}), 400, "That was not understood"),
        (("POST", "/", RIGHT, {"Content-Length": "70000"}), 400, "That was not understood"),
        (("POST", "/", RIGHT, {"Content-Length": "-1"}), 400, "That was not understood"),
        (("POST", "/", None, {"Transfer-Encoding": "chunked"}), 400, "That was not understood"),
        (("POST", f"/?{RIGHT}", "", {}), 404, "There is nothing here"),
        (("POST", "/other", RIGHT, {}), 404, "There is nothing here"),
        (("GET", f"/other?{RIGHT}", None, {}), 404, "There is nothing here"),
        (("GET", "/", None, {}), 404, "There is nothing here"),
        (("GET", "/done", None, {}), 404, "There is nothing here"),
        (("GET", "/favicon.ico", None, {}), 404, "There is nothing here"),
        (("PUT", "/", RIGHT, {}), 501, "That was not understood"),
        (("OPTIONS", "/", None, {}), 501, "That was not understood"),
    ],
)
def test_who_is_refused_and_that_listening_goes_on(
    scene: Scene, said: tuple[str, str, str | None, dict[str, str]], status: int, title: str
) -> None:
    method, target, body, headers = said
    refused = scene.ask(method, target, body, **headers)
    assert (refused.status, f"<h1>{title}</h1>" in refused.text) == (status, True)
    assert scene.listener.answer is None
    assert scene.ask("GET", f"/?{RIGHT}").status == 303


@pytest.mark.parametrize(
    "request_line",
    [b"GET / HTTP/9.9\r\n", b"nonsense\r\n", b"GET http://evil/ HTTP/1.1\r\n", b"\0" * 70_000, b"GET /\r\n"],
)
def test_nonsense_is_refused_and_listening_goes_on(scene: Scene, request_line: bytes) -> None:
    said = scene.say(request_line + b"Host: evil\r\nHost: localhost\r\n\r\n")
    assert b"evil" not in said
    assert scene.ask("GET", f"/?{RIGHT}").status == 303


def test_a_request_that_names_another_host_beside_ours_is_refused(scene: Scene) -> None:
    hosts = f"Host: evil.example\r\nHost: {scene.listener.host}\r\n"
    assert scene.say(f"GET /?{RIGHT} HTTP/1.1\r\n{hosts}\r\n".encode()).split()[1] == b"400"
    assert scene.listener.answer is None


def test_who_opens_connections_and_says_nothing_keeps_nobody_waiting(scene: Scene) -> None:
    """Browsers do: one more connection than they need."""
    silent = [socket.create_connection(("127.0.0.1", scene.port.number)) for _ in range(4)]
    try:
        assert scene.ask("GET", f"/?{RIGHT}").status == 303
    finally:
        for connection in silent:
            connection.close()


def test_a_browser_that_does_not_come_for_its_page_holds_nothing_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "DELIVERY", 0.01)
    scene.ask("GET", f"/?{RIGHT}")
    scene.listener.show(SHOWN)


def test_no_page_is_due_for_what_a_person_carried_here(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "DELIVERY", 3600.0)
    scene.listener.carry({"code": "planted-code", "state": "planted-state"})
    scene.listener.show(SHOWN)
    assert scene.ask("POST", "/", RIGHT).headers["Location"] == "/already"


def test_a_page_that_is_long_in_coming_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HELD", 0.01)
    where = scene.ask("POST", "/", RIGHT).headers["Location"]
    assert "keyturn has your answer and waits for the provider." in scene.ask("GET", where).text


def test_the_port_is_free_again_afterwards() -> None:
    found = Scene()
    with found.listener:
        pass
    first_free("work", "device-code", [found.port.number]).close()


def test_how_it_ended_is_told_to_no_other_user_of_the_machine(scene: Scene) -> None:
    scene.show_soon()
    scene.ask("GET", f"/?{RIGHT}")
    for guess in ("/done", "/done/", "/done/x"):
        assert scene.ask("GET", guess).status == 404
    assert scene.listener.done.startswith("/done/")
    assert len(scene.listener.done) >= len("/done/") + 16


def test_another_user_of_the_machine_brings_no_answer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the right one: its state may have been read off a browser's command line."""
    monkeypatch.setattr(peer, "is_anothers", lambda _: True)
    with suppress(OSError):  # it may be closed before all is said
        assert scene.say(f"GET /?{RIGHT} HTTP/1.1\r\nHost: {scene.listener.host}\r\n\r\n".encode()) == b""
    monkeypatch.undo()
    assert scene.listener.answer is None
    assert scene.ask("POST", "/", RIGHT).headers["Location"] == scene.listener.done
