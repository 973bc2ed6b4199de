"""How long a sign-in with a browser takes after the browser's answer, until the token is there.

Beside it the request for the token alone, which is the provider's part, and msal's own sign-in, which looks for the
answer once a second.
"""

from __future__ import annotations

import contextlib
import time
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import msal

from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.entra.msal_client import FORM, MsalClient
from keyturnd.acquire.network.transport import Transport
from keyturnd.messages.channel import Ack, Event
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.outcomes import Result as Token
from support.acquisition.driver import Acquisition, job, seal_of
from support.emulator.browser import REDIRECT, VERIFIER, Browser
from support.emulator.client import trusting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage
    from keyturn_emulator.launch import Emulator

KEYTURN, REQUEST, MSAL = "browser's answer to token", "the token request alone", "msal's own sign-in"
SHARE = 30
"""One sign-in for so many of the other cases' runs: each takes a process, and a second of msal's."""
SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    emulator = stages[0].emulator
    contestants = {KEYTURN: _keyturn, REQUEST: _request, MSAL: _msal}
    times = in_turns({name: partial(once, emulator) for name, once in contestants.items()}, max(1, rounds // SHARE))
    return Result(
        [
            Row(name, "ms", values, (REQUEST, MSAL) if name == KEYTURN else (), name == KEYTURN)
            for name, values in times.items()
        ]
    )


def _authority(emulator: Emulator) -> str:
    return f"{emulator.ready.authority}/{emulator.ready.tenant}"


def _brought(emulator: Emulator, url: str) -> tuple[str, dict[str, str]]:
    """Where Alice's browser is sent from `url`, and the form it sends there."""
    with Browser(emulator) as browser:
        return parse_qs(urlsplit(url).query)["redirect_uri"][0], browser.sign_in(url)


def _keyturn(emulator: Emulator) -> list[float]:
    client = emulator.ready.clients["device"]["application_id"]
    members: dict[str, Any] = {"flow": "browser", "application_id": client, "interactive": True, "deadline": 60.0}
    with Acquisition() as acquisition, ThreadPoolExecutor() as beside:
        acquisition.send(job(_authority(emulator), emulator.ready.ca_file, **members))
        event = acquisition.next()
        assert isinstance(event, Event)
        where, form = _brought(emulator, str(event.url))
        began = time.perf_counter()
        page = beside.submit(_send, where, form)
        seal_of(acquisition)
        acquisition.send(Ack())
        assert isinstance(acquisition.next(), Token)
        taken = time.perf_counter() - began
        page.result()
    return [taken * 1000]


def _request(emulator: Emulator) -> list[float]:
    client = emulator.ready.clients["device"]["application_id"]
    with Browser(emulator) as browser:
        code = browser.sign_in(browser.request_url(scope=f"{SCOPE} offline_access openid"))["code"]
    form = {
        "grant_type": "authorization_code", "client_id": client, "code": code, "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    trusted = trusting(emulator.ready.ca_file)
    began = time.perf_counter()
    with httpx.Client(verify=trusted, trust_env=False) as http:
        assert "access_token" in http.post(f"{_authority(emulator)}/oauth2/v2.0/token", data=form).json()
    return [(time.perf_counter() - began) * 1000]


class Person(webbrowser.BaseBrowser):
    """What msal opens: Alice, who signs in beside it."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__("person")
        self.began = 0.0
        self._emulator = emulator
        self._beside = ThreadPoolExecutor()

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        self._beside.submit(self._sign_in, url)
        return True

    def _sign_in(self, url: str) -> None:
        where, form = _brought(self._emulator, url)
        self.began = time.perf_counter()
        _send(where, form)


def _msal(emulator: Emulator) -> list[float]:
    """Over our transport: what is compared is how the answer is waited for."""
    client = emulator.ready.clients["device"]["application_id"]
    asked = job(_authority(emulator), emulator.ready.ca_file, flow="browser", application_id=client)
    assert isinstance(asked.identity, EntraIdentity)
    http = MsalClient(Transport(asked.network, Deadline(60.0)), asked.identity)
    application = msal.PublicClientApplication(
        client, authority=_authority(emulator), http_client=http, instance_discovery=False
    )
    person = Person(emulator)
    webbrowser.register("person", None, person, preferred=True)
    answer = application.acquire_token_interactive([SCOPE])
    taken = time.perf_counter() - person.began
    assert "access_token" in answer, answer
    return [taken * 1000]


def _send(where: str, form: dict[str, str]) -> None:
    """As a browser does, which has no certificates to load first, and goes where it is sent on to."""
    with contextlib.closing(HTTPConnection(urlsplit(where).netloc)) as connection:
        connection.request("POST", "/", urlencode(form), {"Content-Type": FORM})
        answer = connection.getresponse()
        answer.read()
        if page := answer.getheader("Location"):
            connection.request("GET", page)
            connection.getresponse().read()
