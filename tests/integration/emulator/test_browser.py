"""The emulator's own browser, as a program that another program opens."""

from __future__ import annotations

import contextlib
import http.server
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from keyturn_emulator.browser import visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn_emulator.launch import Emulator
    from support.emulator.browser import Browser

LANDED = "you may close this window"


class Listener(http.server.BaseHTTPRequestHandler):
    """A client that waits on loopback for its answer."""

    answers: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._take(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _take(self, fields: str) -> None:
        self.answers.append((self.command, dict(parse_qsl(fields))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(LANDED.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """A redirect URI, and what arrives there."""
    Listener.answers = []
    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}", Listener.answers
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("mode", "method"), [("query", "GET"), ("form_post", "POST")])
def test_it_goes_all_the_way(emulator: Emulator, browser: Browser, mode: str, method: str) -> None:
    with listening() as (redirect_uri, answers):
        url = browser.request_url(redirect_uri=redirect_uri, response_mode=mode, prompt="consent")
        command = [sys.executable, "-m", "keyturn_emulator.browser", "--ca-file", emulator.ready.ca_file]
        done = subprocess.run(
            [*command, "--answer", "user=bob@contoso.example", url], capture_output=True, text=True, check=True
        )
    assert done.stdout == LANDED
    ((arrived, fields),) = answers
    assert (arrived, fields["state"]) == (method, "a state & more")
    assert fields["code"]


def test_it_refuses_where_told_to(emulator: Emulator, browser: Browser) -> None:
    with listening() as (redirect_uri, answers):
        url = browser.request_url(redirect_uri=redirect_uri)
        assert visit(url, emulator.ready.ca_file, {}, ["cancel"]) == (200, LANDED)
    assert answers[0][1]["error"] == "access_denied"


def test_it_stops_where_there_is_no_way_on(emulator: Emulator, browser: Browser) -> None:
    status, text = visit(browser.request_url(redirect_uri="http://localhost/x"), emulator.ready.ca_file, {})
    assert (status, "AADSTS50011" in text) == (400, True)
    status, text = visit(browser.request_url(), emulator.ready.ca_file, {}, ["approve"])
    assert (status, "Pick an account" in text) == (200, True)
