"""A real browser without a screen, driven over the DevTools protocol's pipe: NUL-ended JSON on two descriptors."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
import ssl
import subprocess
import threading
from contextlib import closing
from typing import IO, TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.machine.terminal import PATIENCE
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # it would need namespaces, which a container does not give
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-pipe",
)
DOMAINS = ("Page", "Network", "Log")
CHAIN_END = 0x20000000
"""ui/base/page_transition_types.h: the last of a row of redirects, the only one that the history shows."""


class Chromium:
    """A browser with one tab and a profile of its own, as a context manager.

    trusted: SHA-256, in base64, of the public key whose server is believed. events: what the tab told, in order.
    """

    def __init__(self, profile: Path, trusted: str) -> None:
        self.profile = profile
        self.events: list[dict[str, Any]] = []
        self._seen, self._number, self._unread = 0, 0, b""
        self._process, self._orders, self._messages = _started(
            f"--user-data-dir={profile}", f"--ignore-certificate-errors-spki-list={trusted}"
        )
        self._watchdog = threading.Timer(2 * PATIENCE, self._process.kill)  # ends whoever waits in vain
        self._watchdog.start()
        self._tab: dict[str, str] = {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._tab = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in DOMAINS:
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._orders.close()
        self._messages.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a method answers; must be no error."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": parameters, **self._tab}
        self._orders.write(json.dumps(order).encode() + b"\0")
        self._orders.flush()
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, (method, message["error"])
                return dict(message["result"])
            self.events.append(message)

    def go(self, url: str, ending: str = "http") -> str:
        """Open `url` in the tab, and wait for a page whose address begins as `ending`; its address."""
        self.call("Page.navigate", url=url)
        return self.wait_for_page(ending)

    def press(self, value: str) -> None:
        """Press the button of that value, in the page that is open."""
        self.evaluate(f"document.querySelector('button[value={value}]').click()")

    def wait_for_page(self, beginning: str) -> str:
        """Wait until a page whose address begins so has been loaded; its address."""
        while True:
            event = self._event("Page.frameNavigated")
            if event["frame"]["url"].startswith(beginning):
                self._event("Page.loadEventFired")
                return str(event["frame"]["url"])

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def told(self, name: str) -> list[dict[str, Any]]:
        """All events of that name so far."""
        return [event["params"] for event in self.events if event["method"] == name]

    def back(self) -> list[str]:
        """What the back button leads to and the page itself, oldest first."""
        return [entry["url"] for entry in self.call("Page.getNavigationHistory")["entries"]]

    def close(self) -> None:
        """End it as a person does: what it keeps is on the disk then."""
        self._tab = {}
        self.call("Browser.close")
        self._process.wait(PATIENCE)

    def history(self) -> list[str]:
        """Every address that its history shows; after close."""
        question = "select urls.url from urls join visits on visits.url = urls.id where visits.transition & ?"
        with closing(sqlite3.connect(self.profile / "Default/History")) as database:
            return [row[0] for row in database.execute(question, (CHAIN_END,))]

    def files_with(self, secret: str) -> list[str]:
        """Which files of its profile hold `secret`; after close."""
        files = (file for file in self.profile.rglob("*") if file.is_file())
        return sorted(str(file.relative_to(self.profile)) for file in files if secret.encode() in file.read_bytes())

    def _event(self, name: str) -> dict[str, Any]:
        """The next event of that name, those before it passed over."""
        while True:
            while self._seen == len(self.events):
                self.events.append(self._message())
            self._seen += 1
            if self.events[self._seen - 1]["method"] == name:
                return dict(self.events[self._seen - 1]["params"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            read = os.read(self._messages.fileno(), 1 << 16)
            assert read, "chromium has ended"
            self._unread += read
        message, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(message))


def _started(*options: str) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """The process, what its orders go into, and what its messages come out of."""
    program = need("chromium")
    its_orders, orders = os.pipe()
    messages, its_messages = os.pipe()
    command = f'exec "$@" 3</dev/fd/{its_orders} 4>/dev/fd/{its_messages}'
    process = subprocess.Popen(
        ["/bin/sh", "-c", command, "sh", program, *OPTIONS, *options, "about:blank"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        pass_fds=(its_orders, its_messages),
    )  # fmt: skip
    os.close(its_orders)
    os.close(its_messages)
    return process, os.fdopen(orders, "wb"), os.fdopen(messages, "rb", buffering=0)


def key_of(url: str) -> str:
    """What `trusted` is for the server at `url`."""
    place = urlsplit(url)
    pem = ssl.get_server_certificate((place.hostname or "", place.port or 443))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
