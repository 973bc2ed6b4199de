"""oidc-agent: an agent in C that keeps a sign-in in memory, asked by oidc-token."""

from __future__ import annotations

import contextlib
import json
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.peers.absence import installed
from benchmarks.timing import Command
from support.emulator.client import USER_SCOPE, EntraClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "oidc-token"
ACCOUNT = "bench"
WHERE = "oidc-agent-cli"


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """With a sign-in at the emulator's Entra ID, from a refresh token that a person got before. Raises Absent."""
    program = installed("oidc-token", WHERE)
    with _agent(stage) as environment:
        _add_account(stage, environment)
        get = Command([program, ACCOUNT], environment)
        assert get.run().startswith(b"eyJ"), "no token"
        asked = stage.emulator.control.count("token")
        yield get.timed
        assert stage.emulator.control.count("token") == asked, "the provider was asked"


@contextlib.contextmanager
def _agent(stage: Stage) -> Iterator[dict[str, str]]:
    """The environment of a running agent, whose directories are the stage's own."""
    program = installed("oidc-agent", WHERE)
    home = stage.home / "oidc-agent"
    home.mkdir(mode=0o700)
    environment = stage.environment | {"TMPDIR": str(home), "OIDC_CONFIG_DIR": str(home)}
    started = json.loads(Command([program, "--json"], environment).run())
    environment |= {"OIDC_SOCK": started["socket"], "OIDCD_PID": started["dpid"]}
    try:
        yield environment
    finally:
        Command([program, "--kill"], environment).run()


def _add_account(stage: Stage, environment: Mapping[str, str]) -> None:
    """Of the application with a secret: from one without, it sends an empty secret, which nobody accepts."""
    ready = stage.emulator.ready
    with EntraClient(stage.emulator) as entra:
        secrets = {"OIDC_REFRESH_TOKEN": entra.token_of_service(stage.emulator), "OIDC_ENCRYPTION_PW": "bench"}
    words = [
        installed("oidc-gen", WHERE), ACCOUNT, "--issuer", f"{ready.authority}/{ready.tenant}/v2.0",
        "--file", str(_client(stage)), "--scope", USER_SCOPE, "--cert-path", ready.ca_file,
        "--flow", "refresh", "--refresh-token-env", "--pw-env", "--prompt", "none", "--confirm-default",
    ]  # fmt: skip
    subprocess.run(words, env={**environment, **secrets}, stdin=subprocess.DEVNULL, capture_output=True, check=True)


def _client(stage: Stage) -> Path:
    """A file with the application's id and secret.

    The secret is form-encoded, as RFC 6749 section 2.3.1 has it for Basic: the agent sends it as it stands here.
    """
    service = stage.emulator.ready.clients["service"]
    file = stage.home / "oidc-agent/client.json"
    document = {
        "client_id": service["application_id"], "client_secret": quote(service["secret"], safe=""),
        "redirect_uris": ["http://localhost:8080"],
    }  # fmt: skip
    file.write_text(json.dumps(document), encoding="ascii")
    return file
